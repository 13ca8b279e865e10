// SPDX-License-Identifier: Apache-2.0
#include <billing/ledger.hpp>

#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace billing::apps {
namespace {

constexpr const char* usage_footer =
    R"(Reads the ledger (DATABASE_URL, default sqlite:billing.db), also while the
server runs; asks Stripe nothing. INVOICE is the one that the event is on, as
far as the server has heard of it.

States: pending (on its way to Stripe), delivered, refused (REASON says why),
final_invoice (its subscription had ended: the final invoice bills it), parked
(its billing period closed in doubt, and Stripe's totals don't tell whether it
is billed: REASON has the figures, and a person has to look).

Examples:
  billing usage list --state refused
  billing usage list --customer cus_NffrFeUfNV2Hib
  billing usage list --json | jq '.events | length')";

void add_offerings(CLI::App& app, int& exit_status) {
  CLI::App* command = app.add_subcommand("offerings", "What is for sale, as Stripe has it now");
  auto options = std::make_shared<OfferingsOptions>();
  command->footer("Needs STRIPE_SECRET_KEY and CHALLENGE_ID; see billing --help.");
  add_api_base(*command, options->api_base);
  add_json(*command, options->format);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

void add_usage(CLI::App& app, int& exit_status) {
  CLI::App* usage = app.add_subcommand("usage", "What was used, as the ledger has it");
  usage->require_subcommand(1);
  // Without one of its own it would show the program's.
  usage->footer("See billing usage list --help.");
  CLI::App* command = usage->add_subcommand("list", "Usage events, newest first");
  command->footer(usage_footer);
  auto options = std::make_shared<UsageListOptions>();
  command->add_option("--customer", options->customer, "Only this customer's")
      ->type_name("cus_...");
  command->add_option("--state", options->state, "Only ones in this state")
      ->type_name("STATE")
      ->check([](const std::string& text) {
        if (parse_event_state(text)) return std::string{};
        return text + " is not pending, delivered, refused, final_invoice or parked";
      });
  add_limit(*command, options->limit);
  add_json(*command, options->format);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace

void add_query_commands(CLI::App& app, int& exit_status) {
  add_offerings(app, exit_status);
  add_usage(app, exit_status);
}

}  // namespace billing::apps
