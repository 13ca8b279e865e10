// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace billing::apps {
namespace {

constexpr const char* list_footer =
    R"(Reads the data file (DATABASE_URL, default sqlite:billing.db), also while the
server runs; asks Stripe nothing. An event that is received and not done is
acted on again and again; its reason says why the last try failed.

Examples:
  billing webhooks list --state received
  billing webhooks list --json | jq '.events | length')";

constexpr const char* replay_footer =
    R"(The event is a hint: what it names is read from Stripe once more, and stored.
To replay one is harmless, whatever its state. Beside a running server, the
server does it within seconds.

Needs STRIPE_SECRET_KEY and CHALLENGE_ID. Exit codes: 0 it is done, 4 not yet
(the server goes on with it; without one, the same again), else see
billing --help.)";

constexpr const char* gaps_footer =
    R"(Reads Stripe's list of events (the last 30 days), keeps those that never
arrived here, and acts on them as if they had, and on what was not done yet.
billing-server does the same at start and every few minutes. Beside a running
server, the server acts.

Needs STRIPE_SECRET_KEY and CHALLENGE_ID. Exit codes: 0 all that was missing is
done, 4 not all yet (the server goes on with it; without one, the same again),
else see billing --help.)";

void add_list(CLI::App& webhooks, int& exit_status) {
  CLI::App* command = webhooks.add_subcommand("list", "Events that arrived, newest first");
  command->footer(list_footer);
  auto options = std::make_shared<WebhooksListOptions>();
  command->add_option("--state", options->state, "Only received or done ones")
      ->type_name("STATE")
      ->check([](const std::string& text) {
        const bool known = text == "received" || text == "done";
        return known ? std::string{} : text + " is not received or done";
      });
  add_limit(*command, options->limit);
  add_json(*command, options->format);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

void add_replay(CLI::App& webhooks, int& exit_status) {
  CLI::App* command = webhooks.add_subcommand("replay", "Act once more on an event that arrived");
  command->footer(replay_footer);
  auto options = std::make_shared<WebhooksReplayOptions>();
  command->add_option("ID", options->event, "The event's id")->type_name("evt_...")->required();
  add_api_base(*command, options->api_base);
  add_json(*command, options->format);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

void add_gaps(CLI::App& webhooks, int& exit_status) {
  CLI::App* command =
      webhooks.add_subcommand("gaps", "Find events that never arrived, and act on them");
  command->footer(gaps_footer);
  auto options = std::make_shared<WebhooksGapsOptions>();
  add_api_base(*command, options->api_base);
  add_json(*command, options->format);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace

void add_webhooks_commands(CLI::App& app, int& exit_status) {
  CLI::App* webhooks = app.add_subcommand("webhooks", "Stripe's events, as they arrived here");
  webhooks->require_subcommand(1);
  // Without one of its own it would show the program's.
  webhooks->footer("See billing webhooks list --help, and so on.");
  add_list(*webhooks, exit_status);
  add_replay(*webhooks, exit_status);
  add_gaps(*webhooks, exit_status);
}

}  // namespace billing::apps
