// SPDX-License-Identifier: Apache-2.0
#include "ledger/file_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace billing {

Result<FileLock> FileLock::take(const std::string& path) {
  const std::string lock_path = path + ".lock";
  FileLock lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.descriptor_ < 0) {
    return failure(ErrorCode::unavailable,
                   fmt::format("open {}: {}", lock_path, std::strerror(errno)));
  }
  if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    return failure(ErrorCode::conflict,
                   fmt::format("{} is in use by another process: stop that billing-server first, "
                               "or name another DATABASE_URL",
                               path));
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace billing
