// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

#include <string>

namespace billing::apps {

/// The `.env` file of the working folder, for a secret that is told only once and not to be shown.
/// Opened before the secret is asked for, so that it can't be lost for want of a place.
class SecretFile {
 public:
  static constexpr const char* path = ".env";

  /// Makes the file if there is none, and from now on only its owner may read it (mode 0600).
  /// `invalid` if it can't be written.
  static Result<SecretFile> open();
  SecretFile(SecretFile&& other) noexcept;
  SecretFile& operator=(SecretFile&&) = delete;
  /// A file that it made and that got nothing is removed.
  ~SecretFile();

  /// Adds the line `NAME=value`, which counts rather than an older one. On disk afterwards.
  Result<void> add(const std::string& name, const std::string& value);

 private:
  SecretFile(int descriptor, bool made) : descriptor_(descriptor), made_(made) {}
  int descriptor_;
  bool made_;  ///< And nothing was added yet.
};

}  // namespace billing::apps
