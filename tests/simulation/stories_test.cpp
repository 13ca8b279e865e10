// SPDX-License-Identifier: Apache-2.0
#include "simulation/story.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <string>

namespace billing::tests {
namespace {

using simulation::play;
using simulation::Safeguard;
using simulation::StoriesOptions;
using simulation::StoriesReport;
using simulation::StoryReport;

constexpr std::int64_t stories = 1'000;
constexpr std::int64_t stories_without_a_safeguard = 200;
constexpr int days = 25;
constexpr std::int64_t long_stories = 60;
constexpr int days_of_long_ones = 400;

/// Of what strikes when a billing period ends.
bool takes_months(std::string_view what) {
  return what.find("period") != std::string_view::npos;
}

/// Whether a safeguard is needed only then.
bool guards_period_ends(Safeguard safeguard) {
  return safeguard == Safeguard::settle_at_close || safeguard == Safeguard::lease_per_item;
}

std::string told(const StoryReport& story, int of_days) {
  std::string text = fmt::format("billing simulate --seed {} --days {}:", story.seed, of_days);
  for (const std::string& each : story.complaints) text += "\n  " + each;
  return text;
}

}  // namespace

TEST_CASE("Whatever fails, each press is on a bill exactly once, and every fault has struck") {
  const StoriesReport report =
      play(StoriesOptions{.first = {.seed = 1, .days = days}, .count = stories, .threads = 2});
  for (const StoryReport& failed : report.failed) FAIL_CHECK(told(failed, days));
  CHECK(report.played == stories);
  CHECK(report.delivered > stories * 20);
  CHECK(report.invoiced > stories);
  CHECK(report.refused > 0);
  for (const auto& [what, times] : report.tally.counts()) {
    if (takes_months(what)) continue;
    CAPTURE(what);
    const std::int64_t often_enough = what == "answer-lost-then-days-outage" ? 50 : 20;
    CHECK(times >= often_enough);
  }
}

TEST_CASE("Over the ends of billing periods, too, each press is on a bill exactly once") {
  const StoriesReport report = play(StoriesOptions{
      .first = {.seed = 1, .days = days_of_long_ones}, .count = long_stories, .threads = 2});
  for (const StoryReport& failed : report.failed) FAIL_CHECK(told(failed, days_of_long_ones));
  CHECK(report.played == long_stories);
  for (const auto& [what, times] : report.tally.counts()) {
    CAPTURE(what);
    if (takes_months(what)) CHECK(times >= 20);
  }
}

TEST_CASE(
    "Every safeguard is needed: without it the stories find what is lost, wrong or billed twice") {
  for (const Safeguard safeguard : simulation::all_safeguards()) {
    const StoriesReport report = play(
        StoriesOptions{.first = {.seed = 1,
                                 .days = guards_period_ends(safeguard) ? days_of_long_ones : days,
                                 .without = safeguard},
                       .count = stories_without_a_safeguard,
                       .threads = 2,
                       .stop_at_failure = true});
    CAPTURE(simulation::name(safeguard));
    CHECK_FALSE(report.failed.empty());
    MESSAGE(simulation::name(safeguard), ": missed in the story ", report.played);
  }
}

TEST_CASE("What once failed holds") {
  std::ifstream file(SEEDS_FILE);
  REQUIRE(file.is_open());
  int played = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    simulation::StoryOptions story;
    words >> story.seed >> story.days;
    REQUIRE_FALSE(words.fail());
    const StoryReport report = play(story);
    CHECK_MESSAGE(report.complaints.empty(), told(report, story.days));
    ++played;
  }
  CHECK(played > 0);
}

TEST_CASE("The same seed plays the same story") {
  const StoryReport first = play({.seed = 5});
  const StoryReport second = play({.seed = 5});
  CHECK(first.clicks == second.clicks);
  CHECK(first.delivered == second.delivered);
  CHECK(first.tally.counts() == second.tally.counts());
}

}  // namespace billing::tests
