// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace billing::apps {
namespace {

constexpr const char* migrate_footer =
    R"(Brings the tables of the ledger (DATABASE_URL, default sqlite:billing.db) to what
this program works with, and makes them where there are none. billing-server does
the same when it starts; of several that start at once, one does it. There is no
way back but a backup: look first, then save, then migrate.

Examples:
  billing ledger migrate --dry-run       what would be done; changes nothing
  billing ledger migrate --dry-run --json | jq '.migrations | length'

Exit codes: 0 done, or nothing to do, 2 a server has the file, 4 the database can't
be reached, 5 the data are somebody else's or of a newer version.)";

constexpr const char* copy_footer =
    R"(Copies a ledger from its SQLite file (DATABASE_URL) to an empty PostgreSQL
database, with users, subscriptions, invoices and webhooks: all in one
transaction, in which each row is compared with the file's before it counts. The
file stays as it is.

To move a server:
  1. stop billing-server
  2. billing ledger copy --to postgresql://billing@db.example.com/billing
  3. set DATABASE_URL to that, and start billing-server again; never on the file

A password goes into PGPASSWORD or ~/.pgpass: command lines are open to everybody
on the machine.

Exit codes: 0 all is there, 2 the URL is wrong, the database isn't empty, or a
server has the file, 4 the database can't be reached, 5 a row differs. Unless it is
0, nothing was copied.)";

void add_migrate(CLI::App& ledger, int& exit_status) {
  CLI::App* command =
      ledger.add_subcommand("migrate", "Bring the ledger's tables up to date, or only say how");
  command->footer(migrate_footer);
  auto options = std::make_shared<LedgerMigrateOptions>();
  command->add_flag("--dry-run", options->dry_run, "Only say what would be done");
  add_json(*command, options->format);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

void add_copy(CLI::App& ledger, int& exit_status) {
  CLI::App* command =
      ledger.add_subcommand("copy", "Copy the ledger from SQLite to PostgreSQL, and compare");
  command->footer(copy_footer);
  auto options = std::make_shared<LedgerCopyOptions>();
  command->add_option("--to", options->to, "An empty database, as postgresql://USER@HOST/DATABASE")
      ->type_name("URL")
      ->required();
  add_json(*command, options->format);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace

void add_ledger_commands(CLI::App& app, int& exit_status) {
  CLI::App* ledger = app.add_subcommand("ledger", "The data: backup, repair, proof, versions");
  ledger->require_subcommand(1);
  // Without one of its own it would show the program's.
  ledger->footer("See billing ledger migrate --help, and so on.");
  add_ledger_book_commands(*ledger, exit_status);
  add_migrate(*ledger, exit_status);
  add_copy(*ledger, exit_status);
}

}  // namespace billing::apps
