// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

#include <string>

namespace billing {

/// An advisory lock that dies with the process, however it dies. On a file of its own beside the
/// data: closing a second descriptor of the data file itself would drop SQLite's own locks.
class FileLock {
 public:
  /// Of the data file at `path`; `conflict` if another process has it.
  static Result<FileLock> take(const std::string& path);
  /// Holds nothing.
  FileLock() = default;
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace billing
