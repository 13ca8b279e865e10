// SPDX-License-Identifier: Apache-2.0
#include <billing/clock.hpp>
#include <billing/data.hpp>
#include <billing/data_copy.hpp>
#include <billing/postgres_data.hpp>
#include <billing/sqlite_data.hpp>

#include "cli/commands.hpp"
#include "cli/complaint.hpp"
#include "cli/data_file.hpp"
#include "cli/output_json.hpp"
#include "cli/progress.hpp"
#include "cli/stripe_access.hpp"
#include "cli/table.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace billing::apps {
namespace {

/// What was due, whether it is done by now or was only asked for.
Result<std::vector<Migration>> migrate(const LedgerMigrateOptions& options) {
  const auto settings = read_settings("");
  if (!settings) return tl::unexpected(settings.error());
  const std::string& url = settings->database_url.value;
  auto due = due_migrations(url);
  if (!due || due->empty() || options.dry_run) return due;
  const SystemClock clock;
  const auto opened = open_data(url, DataAccess::owner, clock);
  if (!opened) return tl::unexpected(opened.error());
  return due;
}

std::string migrations_text(const std::vector<Migration>& due, bool dry_run) {
  if (due.empty()) return "Up to date: nothing to do.\n";
  std::string text;
  for (const Migration& each : due) {
    text += fmt::format("{} version {}: {}\n", dry_run ? "would apply" : "applied", each.version,
                        each.brings);
  }
  return text;
}

Result<std::vector<CopiedTable>> copy(const LedgerCopyOptions& options) {
  if (auto checked = check_copy_target(options.to); !checked) return failure(std::move(checked));
  const auto settings = read_settings("");
  if (!settings) return tl::unexpected(settings.error());
  const auto path = existing_sqlite_path(*settings);
  if (!path) return tl::unexpected(path.error());
  const Progress progress("copying and comparing");
  return copy_to_postgres(*path, options.to);
}

std::string copied_table(const std::vector<CopiedTable>& tables) {
  Table shown({"TABLE", "ROWS"});
  for (const CopiedTable& each : tables) shown.add({{each.table}, {std::to_string(each.rows)}});
  return shown.render(Terminal::of_stdout());
}

}  // namespace

int run(const LedgerMigrateOptions& options) {
  const auto due = migrate(options);
  if (!due) return complain(due.error());
  fmt::print("{}", options.format == OutputFormat::json ? json(*due, !options.dry_run)
                                                        : migrations_text(*due, options.dry_run));
  return 0;
}

int run(const LedgerCopyOptions& options) {
  const auto copied = copy(options);
  if (!copied) return complain(copied.error());
  if (options.format == OutputFormat::json) {
    fmt::print("{}", json(*copied));
  } else {
    fmt::print(
        "{}All rows are there, each compared. Set DATABASE_URL to it, and start no server "
        "on the file again.\n",
        copied_table(*copied));
  }
  return 0;
}

}  // namespace billing::apps
