// SPDX-License-Identifier: Apache-2.0
#include "support/child_process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace billing::tests {
namespace {

/// Pointers into `texts`, as exec wants them.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& each : texts) all.push_back(each.data());
  all.push_back(nullptr);
  return all;
}

pid_t spawn(std::vector<std::string> command, std::vector<std::string> environment,
            const posix_spawn_file_actions_t& actions) {
  pid_t pid = -1;
  const int problem = posix_spawn(&pid, command.front().c_str(), &actions, nullptr,
                                  pointers(command).data(), pointers(environment).data());
  REQUIRE_MESSAGE(problem == 0, command.front());
  return pid;
}

int wait_for(pid_t pid) {
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace

Finished run_program(const std::vector<std::string>& command,
                     const std::vector<std::string>& environment,
                     const std::filesystem::path& folder) {
  const TemporaryFolder caught;
  const std::string out = (caught.path() / "out").string();
  const std::string err = (caught.path() / "err").string();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  const pid_t pid = spawn(command, environment, actions);
  posix_spawn_file_actions_destroy(&actions);
  const int exit_status = wait_for(pid);
  return {.exit_status = exit_status, .out = content(out), .err = content(err)};
}

SandboxProcess::SandboxProcess(const std::string& binary) {
  int ends[2] = {-1, -1};
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_ = spawn({binary, "--port", "0"}, {}, actions);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  out_ = fdopen(ends[0], "r");
  char line[256] = "";
  const bool said = std::fgets(line, sizeof line, out_) != nullptr;
  REQUIRE_MESSAGE(said, "billing-sandbox ended without a word");
  const std::string text(line);
  const auto start = text.find("http://");
  REQUIRE_MESSAGE(start != std::string::npos, text);
  url_ = text.substr(start, text.find_first_of(" \r\n", start) - start);
}

SandboxProcess::~SandboxProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGTERM);
    int status = 0;
    waitpid(pid_, &status, 0);
  }
  if (out_ != nullptr) std::fclose(out_);
}

}  // namespace billing::tests
