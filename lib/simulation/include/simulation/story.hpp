// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/safeguards.hpp"
#include "simulation/tally.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace simulation {

/// Two years.
inline constexpr int story_days_max = 730;

struct StoryOptions {
  std::uint64_t seed = 1;
  int days = 25;  ///< 1 to `story_days_max`; from about 30 on, billing periods end.
  /// Taken away, to see that the story then ends badly.
  std::optional<Safeguard> without = std::nullopt;
};

struct StoryReport {
  std::uint64_t seed = 0;
  std::vector<std::string> complaints;  ///< Empty: every press exactly once.
  std::int64_t clicks = 0;              ///< Presses of a button, …
  std::int64_t delivered = 0;           ///< … those on a subscription in force, …
  std::int64_t invoiced = 0;            ///< … those that a final invoice has instead, …
  std::int64_t refused = 0;             ///< … and those that Stripe refused for a reason.
  Tally tally;
};

/// Plays one seed: people use the whole offer for some days while its Stripe, its network, its
/// disk, its clock and its machine fail them; then all heals, what is under way ends, and the books
/// have to agree. The same options play the same story.
StoryReport play(const StoryOptions& options);

/// What came of many stories.
struct StoriesReport {
  std::int64_t played = 0;
  std::int64_t clicks = 0;
  std::int64_t delivered = 0;
  std::int64_t invoiced = 0;
  std::int64_t refused = 0;
  Tally tally;
  std::vector<StoryReport> failed;  ///< In the order of their seeds.
};

struct StoriesOptions {
  StoryOptions first;  ///< The others have the seeds after its.
  std::int64_t count = 1;
  int threads = 1;
  /// No further story is begun once one has failed.
  bool stop_at_failure = false;
  /// Told after each story how many have been played, from any of the threads, one at a time.
  std::function<void(std::int64_t played)> progress = {};
};

StoriesReport play(const StoriesOptions& options);

}  // namespace simulation
