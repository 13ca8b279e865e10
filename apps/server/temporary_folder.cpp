// SPDX-License-Identifier: Apache-2.0
#include "server/temporary_folder.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace billing::apps {

Result<TemporaryFolder> TemporaryFolder::make() {
  std::error_code problem;
  std::string pattern = (std::filesystem::temp_directory_path(problem) / "billing-XXXXXX").string();
  if (problem || ::mkdtemp(pattern.data()) == nullptr) {
    return failure(ErrorCode::unavailable, fmt::format("make a temporary folder like {}: {}",
                                                       pattern, std::strerror(errno)));
  }
  return TemporaryFolder(pattern);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace billing::apps
