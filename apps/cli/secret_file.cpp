// SPDX-License-Identifier: Apache-2.0
#include "cli/secret_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace billing::apps {
namespace {

tl::unexpected<Error> not_writable(const char* why) {
  return failure(ErrorCode::invalid,
                 fmt::format("{} can't take the signing secret ({}); try: in a folder of your own",
                             SecretFile::path, why));
}

/// Whether the file ends in the middle of a line, which what is added must not go on with.
bool ends_within_line(int descriptor) {
  char last = '\n';
  const off_t size = lseek(descriptor, 0, SEEK_END);
  return size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

Result<SecretFile> SecretFile::open() {
  constexpr int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK;
  int descriptor = ::open(path, flags | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
  const bool made = descriptor >= 0;
  if (!made && errno == EEXIST) descriptor = ::open(path, flags);
  if (descriptor < 0) return not_writable(std::strerror(errno));
  SecretFile file(descriptor, made);
  struct stat status {};
  if (fstat(descriptor, &status) != 0) return not_writable(std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return not_writable("it is no plain file");
  if (fchmod(descriptor, S_IRUSR | S_IWUSR) != 0) return not_writable(std::strerror(errno));
  return file;
}

SecretFile::SecretFile(SecretFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), made_(std::exchange(other.made_, false)) {}

SecretFile::~SecretFile() {
  if (made_) unlink(path);
  if (descriptor_ >= 0) close(descriptor_);
}

Result<void> SecretFile::add(const std::string& name, const std::string& value) {
  const std::string line =
      fmt::format("{}{}={}\n", ends_within_line(descriptor_) ? "\n" : "", name, value);
  made_ = false;
  const ssize_t written = write(descriptor_, line.data(), line.size());
  if (written == static_cast<ssize_t>(line.size()) && fsync(descriptor_) == 0) return {};
  return failure(ErrorCode::internal,
                 fmt::format("{} could not be written ({})", path, std::strerror(errno)));
}

}  // namespace billing::apps
