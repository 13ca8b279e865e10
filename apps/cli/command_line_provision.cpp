// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace billing::apps {
namespace {

constexpr const char* provision_footer =
    R"(Prints one line an object: what it is, what happened to it (created, updated,
replaced, unchanged), its id, and its key (a product's or endpoint's url, a
price's lookup key, the portal's headline). A second run finds everything
unchanged and writes nothing. A price's amount and terms can't be edited at
Stripe: such a price is replaced, and the old one archived; whoever bought the
old one keeps it.)";

constexpr const char* webhook_footer =
    R"(

--webhook registers the address where Stripe reaches billing-server, such as
https://shop.example/webhook, for the events that matter, or puts that endpoint
right; others are left alone. Stripe tells the signing secret of a new endpoint
once. It is not printed: it goes to the file .env in the working folder, as
STRIPE_WEBHOOK_SECRET, which only you can read from then on (mode 0600).
Without an endpoint billing-server finds what happened in Stripe's list of
events, some minutes later.)";

constexpr const char* provision_needs = R"(

Needs STRIPE_SECRET_KEY and CHALLENGE_ID; see billing --help.)";

void add_provision(CLI::App& app, int& exit_status, const std::string& name,
                   const std::string& description, std::optional<PriceRole> only_price) {
  CLI::App* command = app.add_subcommand(name, description);
  command->footer(std::string(provision_footer) + (only_price ? "" : webhook_footer) +
                  provision_needs);
  auto options = std::make_shared<ProvisionOptions>();
  options->only_price = only_price;
  add_api_base(*command, options->api_base);
  command->add_flag("--dry-run", options->dry_run, "Say what would be done, and write nothing");
  if (!only_price) {
    command->add_option("--webhook", options->webhook_url, "Have Stripe send events to this URL")
        ->type_name("URL");
  }
  add_json(*command, options->format);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace

void add_provision_commands(CLI::App& app, int& exit_status) {
  add_provision(app, exit_status, "provision", "Make what is at Stripe be the catalog's",
                std::nullopt);
  add_provision(app, exit_status, "provision-price",
                "The same for the on-demand price and its product only", PriceRole::on_demand);
}

}  // namespace billing::apps
