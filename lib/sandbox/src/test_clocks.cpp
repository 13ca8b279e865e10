// SPDX-License-Identifier: Apache-2.0
#include "test_clocks.hpp"

#include "billing.hpp"
#include "calendar.hpp"
#include "customers.hpp"
#include "events.hpp"
#include "list.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

constexpr std::string_view kind = "test_helpers.test_clock";
constexpr std::int64_t lifetime_seconds = 30 * day_seconds;
constexpr std::size_t customers_max = 3;
// The year 2200: far from where sums of times would overflow.
constexpr std::int64_t frozen_time_max = 7'258'118'400;

TestClock& clock_in_path(Call& call) {
  TestClock& clock = in_path(call.world.test_clocks, kind, call.ids[0]);
  if (clock.deleted) throw no_such(kind, clock.id);
  return clock;
}

Json create_clock(Call& call) {
  World& world = call.world;
  if (*call.integer("frozen_time") > frozen_time_max) {
    throw Refusal{.message = "The test clock's `frozen_time` is too far away.",
                  .param = "frozen_time"};
  }
  TestClock& clock = world.test_clocks.add({.id = world.ids.timed("clock_", call.now),
                                            .created = call.now,
                                            .frozen_time = *call.integer("frozen_time"),
                                            .name = call.text("name")});
  schedule(world, std::nullopt, clock.created + lifetime_seconds, Work::clock_deletion, clock.id);
  return announced(call, call.now, "test_helpers.test_clock.created", clock);
}

Json retrieve_clock(Call& call) {
  return shown(call.view(), clock_in_path(call));
}

Json list_clocks(Call& call) {
  return listed(
      call, kind, call.world.test_clocks, nullptr,
      [](const TestClock& clock) { return !clock.deleted; },
      [&](const TestClock& clock) { return shown(call.view(), clock); });
}

// Two intervals of the shortest subscription, two years when there is none.
std::int64_t farthest(const World& world, const TestClock& clock) {
  std::optional<std::int64_t> nearest;
  for (const std::size_t customer : world.customers_by_clock.of(clock.id)) {
    for (const std::size_t at : world.subscriptions_by_customer.of(world.customers[customer].id)) {
      const Subscription& subscription = world.subscriptions[at];
      if (subscription.ended()) continue;
      const Recurring& each = interval_of(world, subscription);
      const std::int64_t end =
          after_intervals(clock.frozen_time, each.interval, 2 * each.interval_count);
      nearest = std::min(nearest.value_or(end), end);
    }
  }
  return nearest.value_or(after_intervals(clock.frozen_time, "year", 2));
}

void check_advance(const World& world, const TestClock& clock, std::int64_t target) {
  if (target <= clock.frozen_time) {
    throw Refusal{.message = fmt::format("The test clock's `frozen_time` must be later than its "
                                         "current one, {}.",
                                         clock.frozen_time),
                  .param = "frozen_time"};
  }
  const std::int64_t last = farthest(world, clock);
  if (target <= last) return;
  throw Refusal{.message = fmt::format("A test clock can be advanced by at most two intervals of "
                                       "its shortest subscription at a time (two years without "
                                       "one): to {} now.",
                                       last),
                .param = "frozen_time"};
}

// The work is done before the answer, which says `advancing` all the same: so it does at Stripe,
// and whoever waits for `ready` finds it on the first look.
Json advance_clock(Call& call) {
  TestClock& clock = clock_in_path(call);
  const std::int64_t target = *call.integer("frozen_time");
  check_advance(call.world, clock, target);
  clock.target = target;
  Json answer = shown(call.view(), clock);
  advance_clock_to(call.world, clock, target);
  return answer;
}

Json delete_clock(Call& call) {
  TestClock& clock = clock_in_path(call);
  remove_clock(call.world, clock);
  return shown(call.view(), clock);
}

}  // namespace

void remove_clock(World& world, TestClock& clock) {
  if (clock.deleted) return;
  const Pictures last = pictured(world, clock);
  for (const std::size_t at : world.customers_by_clock.of(clock.id)) {
    Customer& customer = world.customers[at];
    if (!customer.deleted) remove_customer(world, customer);
  }
  clock.deleted = true;
  clock.agenda.clear();
  record(world, world.now, "test_helpers.test_clock.deleted", last);
}

void advance_clock_to(World& world, TestClock& clock, std::int64_t target) {
  check_advance(world, clock, target);
  clock.target = target;
  emit(world, world.now, "test_helpers.test_clock.advancing", clock);
  advance(world, clock, target);
  clock.target.reset();
  emit(world, world.now, "test_helpers.test_clock.ready", clock);
}

std::optional<std::int64_t> nearest_period_end(const World& world, const Text& clock) {
  std::optional<std::int64_t> nearest;
  for (std::size_t at = 0; at < world.subscriptions.size(); ++at) {
    const Subscription& subscription = world.subscriptions[at];
    if (subscription.ended() || subscription.test_clock != clock) continue;
    nearest = std::min(nearest.value_or(subscription.period.end), subscription.period.end);
  }
  return nearest;
}

TestClock& clock_with_room(World& world, const std::string& id) {
  TestClock& clock = in_param(world.test_clocks, kind, id, "test_clock");
  if (clock.deleted) throw no_such_named(kind, id, "test_clock");
  if (world.customers_by_clock.of(id).size() < customers_max) return clock;
  throw Refusal{.message = "A test clock can have up to 3 customers.", .param = "test_clock"};
}

Json shown(const View&, const TestClock& clock) {
  if (clock.deleted) return {{"id", clock.id}, {"object", kind}, {"deleted", true}};
  Json details = Json::object();
  if (clock.target) details["advancing"] = {{"target_frozen_time", *clock.target}};
  return {{"id", clock.id},
          {"object", kind},
          {"created", clock.created},
          {"deletes_after", clock.created + lifetime_seconds},
          {"frozen_time", clock.frozen_time},
          {"livemode", false},
          {"name", nullable(clock.name)},
          {"status", clock.target ? "advancing" : "ready"},
          {"status_details", std::move(details)}};
}

Routes test_clock_routes() {
  const std::string all = "/v1/test_helpers/test_clocks";
  const Field time = field(Kind::moment, "frozen_time");
  return {{"POST", all,
           operation(with_unemulated({Field(time).need(), text("name", 300)}, {"customer"})),
           std::string(kind), create_clock},
          {"GET", all + "/:id", operation({}), std::string(kind), retrieve_clock},
          {"DELETE", all + "/:id", operation({}), std::string(kind), delete_clock},
          {"POST", all + "/:id/advance", operation({Field(time).need()}), std::string(kind),
           advance_clock},
          {"GET", all, listing({}), "list:" + std::string(kind), list_clocks}};
}

}  // namespace sandbox
