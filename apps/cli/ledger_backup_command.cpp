// SPDX-License-Identifier: Apache-2.0
#include <billing/sqlite_data.hpp>

#include "cli/commands.hpp"
#include "cli/complaint.hpp"
#include "cli/data_file.hpp"
#include "cli/output_json.hpp"
#include "cli/progress.hpp"
#include "cli/stripe_access.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace billing::apps {
namespace {

/// What is in the copy, by the copy.
Result<LedgerTotals> back_up(const LedgerBackupOptions& options) {
  const auto settings = read_settings("");
  if (!settings) return tl::unexpected(settings.error());
  const auto path = existing_sqlite_path(*settings);
  if (!path) return tl::unexpected(path.error());
  const Progress progress("copying the data file");
  const auto opened = SqliteData::open(*path, SqliteAccess::read_only);
  if (!opened) return tl::unexpected(opened.error());
  if (auto copied = (*opened)->copy_to(options.to); !copied) return failure(std::move(copied));
  const auto copy = SqliteData::open(options.to, SqliteAccess::read_only);
  if (!copy) return tl::unexpected(copy.error());
  return (*copy)->ledger().totals();
}

}  // namespace

int run(const LedgerBackupOptions& options) {
  const auto totals = back_up(options);
  if (!totals) return complain(totals.error());
  if (options.format == OutputFormat::json) {
    fmt::print("{}", json(LedgerBackup{.file = options.to, .totals = *totals}));
  } else {
    const std::int64_t others = totals->refused + totals->final_invoice + totals->parked;
    fmt::print("{} has {} events: {} delivered, {} pending, {} others.\n", options.to,
               totals->delivered + totals->pending + others, totals->delivered, totals->pending,
               others);
  }
  return 0;
}

}  // namespace billing::apps
