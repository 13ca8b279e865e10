// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace billing::apps {

void add_doctor_command(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("doctor", "Check key, Stripe, catalog and ledger");
  command->footer(
      "Writes nothing, neither at Stripe nor here. The exit code is that of the worst\n"
      "finding; see billing --help.");
  auto options = std::make_shared<DoctorOptions>();
  add_api_base(*command, options->api_base);
  add_json(*command, options->format);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace billing::apps
