// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/temporary_folder.hpp"

#include <sys/types.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace billing::tests {

struct Finished {
  int exit_status = -1;  ///< -1 if a signal ended it.
  std::string out;
  std::string err;
};

/// Runs a program to its end in `folder`, with no environment but `environment` (`NAME=value`).
Finished run_program(const std::vector<std::string>& command,
                     const std::vector<std::string>& environment,
                     const std::filesystem::path& folder);

/// A billing-sandbox on a port of its own, asked to stop at the end. Fails the test if it won't
/// start.
class SandboxProcess {
 public:
  explicit SandboxProcess(const std::string& binary);
  ~SandboxProcess();
  SandboxProcess(const SandboxProcess&) = delete;
  SandboxProcess& operator=(const SandboxProcess&) = delete;

  const std::string& url() const { return url_; }

 private:
  pid_t pid_ = -1;
  std::FILE* out_ = nullptr;
  std::string url_;
};

}  // namespace billing::tests
