// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"
#include "cli/complaint.hpp"
#include "cli/output_json.hpp"
#include "cli/progress.hpp"
#include "cli/table.hpp"
#include "simulation/story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <thread>

namespace billing::apps {
namespace {

using simulation::StoriesOptions;
using simulation::StoriesReport;
using simulation::StoryReport;

constexpr int exit_broken = 1;
constexpr int exit_misused = 2;
constexpr std::size_t failures_shown = 10;
constexpr std::size_t complaints_shown = 5;

std::string replay(const SimulateOptions& options, std::uint64_t seed) {
  const std::string rule = options.without.empty() ? "" : " --break " + options.without;
  return fmt::format("billing simulate --seed {} --days {}{}", seed, options.days, rule);
}

void show_failure(const SimulateOptions& options, const StoryReport& story) {
  fmt::print("Seed {}:\n", story.seed);
  const std::size_t shown = std::min(story.complaints.size(), complaints_shown);
  for (std::size_t i = 0; i < shown; ++i) fmt::print("  {}\n", printable(story.complaints[i]));
  if (shown < story.complaints.size()) {
    fmt::print("  and {} more\n", story.complaints.size() - shown);
  }
  fmt::print("  again: {}\n", replay(options, story.seed));
}

void show(const SimulateOptions& options, const StoriesReport& report) {
  const Terminal terminal = Terminal::of_stdout();
  Table mishaps({"WHAT HAPPENED", "TIMES"});
  for (const auto& [what, times] : report.tally.counts()) {
    mishaps.add({{what}, {fmt::format("{}", times)}});
  }
  fmt::print("{}\n", mishaps.render(terminal));
  const std::size_t shown = std::min(report.failed.size(), failures_shown);
  for (std::size_t i = 0; i < shown; ++i) show_failure(options, report.failed[i]);
  if (shown < report.failed.size()) {
    fmt::print("and {} more stories\n", report.failed.size() - shown);
  }
  const std::string summary = fmt::format(
      "{} stories of {} days: {} clicks, {} delivered, {} on final invoices, {} refused; {}",
      report.played, options.days, report.clicks, report.delivered, report.invoiced, report.refused,
      report.failed.empty() ? "0 lost, 0 twice, 0 unexplained"
                            : fmt::format("{} stories FAILED", report.failed.size()));
  fmt::print("{}\n", wrapped(summary, terminal.width, 0));
}

/// Whether that is a safeguard, or none was named. Complains if it isn't one.
bool read_safeguard(const SimulateOptions& options, StoriesOptions& stories) {
  if (options.without.empty()) return true;
  stories.first.without = simulation::parse_safeguard(options.without);
  // One story that fails is what is looked for.
  stories.stop_at_failure = true;
  if (stories.first.without) return true;
  complain(fmt::format("there is no safeguard \"{}\"; try: billing simulate --break list",
                       printable(options.without)));
  return false;
}

}  // namespace

int run(const SimulateOptions& options) {
  if (options.without == "list") {
    for (const simulation::Safeguard each : simulation::all_safeguards()) {
      fmt::print("{}\n", simulation::name(each));
    }
    return 0;
  }
  StoriesOptions stories{.first = {.seed = options.seed, .days = options.days},
                         .count = options.count};
  if (!read_safeguard(options, stories)) return exit_misused;
  const int processors = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  stories.threads = options.threads == 0 ? processors : options.threads;
  const StoriesReport report = [&] {
    Progress progress(fmt::format("playing {} stories", options.count));
    stories.progress = [&](std::int64_t played) {
      progress.tell(fmt::format("played {} of {} stories", played, options.count));
    };
    return simulation::play(stories);
  }();
  if (options.format == OutputFormat::json) {
    fmt::print("{}", json(report));
  } else {
    show(options, report);
  }
  return report.failed.empty() ? 0 : exit_broken;
}

}  // namespace billing::apps
