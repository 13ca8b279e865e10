// SPDX-License-Identifier: Apache-2.0
// What the ledger costs, side by side in one run: docs/performance.md says how to read it.
#include "measures.hpp"

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  using namespace billing::bench;
  CommitOptions commits;
  RowOptions rows;
  std::string file;
  std::int64_t events = 100'000;

  CLI::App app("Measures the ledger on the disk of the working folder; without a command, all.",
               "bench_ledger");
  app.require_subcommand(0, 1);
  app.add_option("--pairs", commits.pairs, "Pairs of runs for shared commits")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--writers", commits.writers, "Threads that append; the bar is for the last")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--rows", rows.rows, "Rows of the full ledger")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--customers", rows.customers, "Customers of both ledgers")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--appends", rows.appends, "Appends into each, after a warm-up")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--keep", rows.keep, "File of the full ledger: made if missing, and kept");
  app.add_flag("--cold", rows.cold, "Drop the full ledger from memory first, as if it were larger");
  app.fallthrough();
  const CLI::App* only_commits = app.add_subcommand("commits", "Shared commits against one each");
  const CLI::App* only_rows = app.add_subcommand("rows", "A full ledger against an empty one");
  CLI::App* backlog = app.add_subcommand(
      "backlog", "Write undelivered events for the customers of a billing-server's data file");
  backlog->add_option("FILE", file, "The data file; no server may have it open")
      ->required()
      ->check(CLI::ExistingFile);
  backlog->add_option("EVENTS", events, "How many")->check(CLI::PositiveNumber);
  CLI::App* servers = app.add_subcommand("servers", "Two servers on one PostgreSQL against one");
  std::string url;
  servers->add_option("URL", url, "postgresql://…, a database that may be written to")->required();
  CLI11_PARSE(app, argc, argv);

  if (backlog->parsed()) {
    make_backlog(file, events);
    return 0;
  }
  if (servers->parsed()) {
    measure_servers(url, commits);
    return 0;
  }
  if (!only_rows->parsed()) measure_commits(commits);
  if (!only_commits->parsed()) measure_rows(rows);
  return 0;
}
