// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>

#include "support/child_process.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace billing::tests {

/// The billing program in an empty folder of its own, with no environment but this.
class Program {
 public:
  Finished run(std::vector<std::string> arguments) const;
  void write_file(const std::string& name, const std::string& content) const;
  std::string path_of(const std::string& name) const { return (folder_.path() / name).string(); }

  std::vector<std::string> environment;

 private:
  TemporaryFolder folder_;
};

/// Gives the program a key, a challenge id and the sandbox's address.
void use_sandbox(Program& program, const SandboxProcess& sandbox);

/// One request past the program, with the key that `use_sandbox` gives it. Fails the test without
/// an answer.
HttpResponse ask_sandbox(const SandboxProcess& sandbox, const std::string& method,
                         const std::string& path, const std::string& body = {},
                         Parameters query = {});

/// How many POSTs the sandbox has seen.
std::size_t writes_at(const SandboxProcess& sandbox);

nlohmann::json json_of(const std::string& text);

}  // namespace billing::tests
