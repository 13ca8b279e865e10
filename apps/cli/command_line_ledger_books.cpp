// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace billing::apps {
namespace {

constexpr const char* backup_footer =
    R"(Copies the data file (DATABASE_URL, default sqlite:billing.db) as it is at one
moment, also while the server runs, which it does not hold up. FILE must not be
there yet. A plain copy of a file in use would be torn: what was written last
is in the log beside it.

To put a backup back: stop the server; remove billing.db-wal and billing.db-shm,
which belong to the old file; put the backup in the file's place; then run
billing ledger restored, and start the server.

Example:
  billing ledger backup --to "billing-$(date +%F).db"

Exit codes: 0 the backup is on disk, else see billing --help.)";

constexpr const char* restored_footer =
    R"(For when a backup of the data file was put back, before the server starts
again: Stripe has usage by then that the backup lacks. This compares the two,
item by item, and brings the ledger to what is at Stripe.
  SENT AGAIN  was on its way, on a second of its own: set once more
  FOUND       was on its way, and Stripe's totals have it: delivered
  TO SEND     was on its way, and Stripe doesn't have it: the server sends it
  RECOVERED   the backup lacks it, and Stripe has it: an event of its own,
              whose key begins with restored/
  DIFFERENCE  what Stripe has beyond the ledger after that; should be 0
New usage will not touch any second up to now. Safe to run again, any time.

Not recovered are the keys of clicks that the backup lacks: the same click sent
again is a new one. Nor are workshops; Stripe has those registered since.

Needs STRIPE_SECRET_KEY and CHALLENGE_ID, and that no server runs. Exit codes:
0 ledger and Stripe agree, 1 a difference remains, else see billing --help.)";

constexpr const char* reconcile_footer =
    R"(Compares three sources for each period of a metered item that has closed: what
the ledger delivered, Stripe's total, and the line of Stripe's invoice. Changes
nothing, and works while the server runs.

Needs STRIPE_SECRET_KEY. Exit codes: 0 all agree, 1 some don't, else see
billing --help.)";

void add_backup(CLI::App& ledger, int& exit_status) {
  CLI::App* command = ledger.add_subcommand("backup", "Copy the data file, also while it is used");
  command->footer(backup_footer);
  auto options = std::make_shared<LedgerBackupOptions>();
  command->add_option("--to", options->to, "The copy, which must not be there yet")
      ->type_name("FILE")
      ->required();
  add_json(*command, options->format);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

void add_restored(CLI::App& ledger, int& exit_status) {
  CLI::App* command =
      ledger.add_subcommand("restored", "Bring a backup that was put back up to date with Stripe");
  command->footer(restored_footer);
  auto options = std::make_shared<LedgerRestoredOptions>();
  add_api_base(*command, options->api_base);
  add_json(*command, options->format);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

void add_reconcile(CLI::App& ledger, int& exit_status) {
  CLI::App* command =
      ledger.add_subcommand("reconcile", "Compare the ledger with Stripe's totals and invoices");
  command->footer(reconcile_footer);
  auto options = std::make_shared<LedgerReconcileOptions>();
  add_api_base(*command, options->api_base);
  add_json(*command, options->format);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace

void add_ledger_book_commands(CLI::App& ledger, int& exit_status) {
  add_backup(ledger, exit_status);
  add_restored(ledger, exit_status);
  add_reconcile(ledger, exit_status);
}

}  // namespace billing::apps
