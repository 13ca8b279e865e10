// SPDX-License-Identifier: Apache-2.0
#include "timeline.hpp"
#include "universe.hpp"

#include <fmt/format.h>

#include <optional>

namespace sandbox {
namespace {

// Enough for any test, and far from where sums of times would overflow.
constexpr std::int64_t advance_max = std::int64_t{100} * 366 * 24 * 60 * 60;

Json clock_at(const Universe& universe, std::int64_t now) {
  return {{"now", now}, {"offset", universe.clock_offset.load()}};
}

std::optional<std::int64_t> seconds_in(const Json& order, const char* name) {
  const auto found = order.find(name);
  if (found == order.end()) return std::nullopt;
  if (!found->is_number_integer()) {
    throw Refusal{.message = std::string(name) + " must be a whole number of seconds",
                  .param = name};
  }
  return found->get<std::int64_t>();
}

// How far the order moves the clock.
std::int64_t distance(const Arrival& arrival) {
  const Json order = Json::parse(arrival.request.body, nullptr, false);
  const auto target = order.is_object() ? seconds_in(order, "now") : std::nullopt;
  const auto seconds = order.is_object() ? seconds_in(order, "advance") : std::nullopt;
  if (target.has_value() == seconds.has_value()) {
    throw Refusal{.message = R"(Say {"advance": SECONDS} or {"now": UNIX}, as JSON.)"};
  }
  const std::int64_t now = arrival.now;
  const bool forward = target ? *target >= now && *target <= now + advance_max
                              : *seconds >= 0 && *seconds <= advance_max;
  if (forward) return target ? *target - now : *seconds;
  throw Refusal{.message = fmt::format("The clock only goes forward, by at most a hundred years at "
                                       "a time; it is {} now.",
                                       now)};
}

}  // namespace

Json clock_shown(const Universe& universe, const Arrival& arrival) {
  return clock_at(universe, arrival.now);
}

Json move_clock(Universe& universe, const Arrival& arrival) {
  const std::int64_t seconds = distance(arrival);
  move_forward(universe, arrival.now, seconds);
  return clock_at(universe, arrival.now + seconds);
}

void move_forward(Universe& universe, std::int64_t now, std::int64_t seconds) {
  universe.clock_offset += seconds;
  for (const auto& [key, world] : universe.worlds) advance(*world, now + seconds);
}

}  // namespace sandbox
