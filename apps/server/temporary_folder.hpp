// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

#include <filesystem>

namespace billing::apps {

/// A folder of its own for the life of this object, then removed with all in it.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace billing::apps
