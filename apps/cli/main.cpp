// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"
#include "cli/complaint.hpp"

#include <cstdio>
#include <exception>

int main(int argument_count, char** arguments) {
  try {
    const int exit_status = billing::apps::run_command_line(argument_count, arguments);
    // A full disk shows itself only when the buffer is written.
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_status;
    billing::apps::complain("the output can't be written; try: check the disk or the pipe");
  } catch (const std::exception& error) {
    billing::apps::complain(error.what());
  }
  return 5;
}
