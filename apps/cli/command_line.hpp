// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/commands.hpp"

#include <string>

namespace CLI {
class App;
}

namespace billing::apps {

/// Parses the command line and runs the one command it names; answers the exit code.
int run_command_line(int argument_count, const char* const* arguments);

/// Each adds its commands to `app`; the one that is chosen leaves its exit code in `exit_status`.
void add_provision_commands(CLI::App& app, int& exit_status);
void add_query_commands(CLI::App& app, int& exit_status);
void add_webhooks_commands(CLI::App& app, int& exit_status);
void add_ledger_commands(CLI::App& app, int& exit_status);
/// Of the group `ledger`.
void add_ledger_book_commands(CLI::App& ledger, int& exit_status);
void add_doctor_command(CLI::App& app, int& exit_status);
void add_simulate_command(CLI::App& app, int& exit_status);

/// Options that several commands have.
void add_api_base(CLI::App& command, std::string& api_base);
void add_json(CLI::App& command, OutputFormat& format);
void add_limit(CLI::App& command, int& limit);

}  // namespace billing::apps
