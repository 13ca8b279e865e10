// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"

#include <billing/stripe_client.hpp>

#include "cli/complaint.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>

namespace billing::apps {
namespace {

constexpr int limit_max = 100'000;

constexpr const char* program_description =
    "billing sets up at Stripe what /dev/chat sells, and shows what was used.\n";

constexpr const char* program_footer = R"(Examples:
  billing provision              make what is at Stripe be the catalog's
  billing provision --dry-run    only say what that would do
  billing offerings              what is for sale, as Stripe has it now
  billing usage list --state pending
                                 what was used and is not at Stripe yet
  billing webhooks gaps          find events of Stripe's that never arrived
  billing ledger migrate --dry-run
                                 what a new version would do to the ledger
  billing ledger backup --to FILE
                                 a copy of the data file, taken while it is used
  billing doctor                 check key, Stripe, catalog and ledger
  billing simulate --count 100   look for what is lost or billed twice

Environment (a .env file in the working folder is read too; flags win over the
environment, the environment over the file):
  STRIPE_SECRET_KEY   sk_test_... of https://dashboard.stripe.com/test/apikeys
  CHALLENGE_ID        a word list of your own, such as thoughtful-green-narwhal
  STRIPE_API_BASE     where Stripe is (https://api.stripe.com)
  DATABASE_URL        where the ledger is (sqlite:billing.db), or
                      postgresql://USER:PASSWORD@HOST/DATABASE
  NO_COLOR            no colours, if it is set

Without a Stripe account, run billing-sandbox in another terminal and
  STRIPE_SECRET_KEY=sk_test_sandbox STRIPE_API_BASE=http://127.0.0.1:12111 \
  CHALLENGE_ID=thoughtful-green-narwhal billing provision

Exit codes: 0 done, 1 a simulated story failed or the ledger differs, 2 usage or
configuration, 3 Stripe refused, 4 Stripe can't be reached, 5 data)";

/// CLI11's own codes begin at 100; to the shell each of them is a wrong command line.
int wrong_command_line(const CLI::App& app, const CLI::ParseError& error) {
  std::string command = "billing";
  for (const CLI::App* each = &app; !each->get_subcommands().empty();) {
    each = each->get_subcommands().front();
    command += ' ' + each->get_name();
  }
  // CLI11 misses the subcommand before it looks at what stands in its place.
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  const bool misspelt =
      error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) && !unknown.empty();
  const std::string what =
      misspelt ? fmt::format("there is no command \"{}\"", unknown.front()) : error.what();
  complain(fmt::format("{}; try: {} --help", what, command));
  return 2;
}

}  // namespace

int run_command_line(int argument_count, const char* const* arguments) {
  int exit_status = 0;
  CLI::App app{program_description, "billing"};
  app.footer(program_footer);
  app.set_version_flag("--version", fmt::format("billing {} (Stripe API {})", BILLING_VERSION,
                                                stripe::default_api_version));
  app.require_subcommand(1);
  app.get_formatter()->column_width(22);
  add_provision_commands(app, exit_status);
  add_query_commands(app, exit_status);
  add_webhooks_commands(app, exit_status);
  add_ledger_commands(app, exit_status);
  add_doctor_command(app, exit_status);
  add_simulate_command(app, exit_status);
  if (argument_count < 2) {
    fmt::print(stderr, "{}", app.help());
    return 2;
  }
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return wrong_command_line(app, error);
  }
  return exit_status;
}

void add_api_base(CLI::App& command, std::string& api_base) {
  command.add_option("--api-base", api_base, "Where Stripe is, instead of STRIPE_API_BASE")
      ->type_name("URL");
}

void add_limit(CLI::App& command, int& limit) {
  command.add_option("--limit", limit, "How many at most (100)")
      ->type_name("N")
      ->check([](const std::string& text) {
        int number = 0;
        const bool fits =
            CLI::detail::lexical_cast(text, number) && number >= 1 && number <= limit_max;
        return fits ? std::string{} : text + " is not a number from 1 to 100000";
      });
}

void add_json(CLI::App& command, OutputFormat& format) {
  command.add_flag_callback(
      "--json", [&format] { format = OutputFormat::json; }, "Print JSON instead of a table");
}

}  // namespace billing::apps
