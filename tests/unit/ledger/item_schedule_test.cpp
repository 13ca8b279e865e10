// SPDX-License-Identifier: Apache-2.0
#include "ledger/item_schedule.hpp"

#include <doctest/doctest.h>

#include <string>

namespace billing {
namespace {

using std::chrono::seconds;

constexpr std::chrono::milliseconds lease{60'000};
constexpr Second stripe_now{std::chrono::seconds(1'000'000)};
Moment at(int second) {
  return Moment(seconds(second));
}
ItemId item(const std::string& name) {
  return ItemId("si_" + name);
}
RecordedEvent click_on(const std::string& name) {
  return {.event = std::make_shared<const UsageEvent>(UsageEvent{.item = item(name)})};
}

std::string taken(ItemSchedule& schedule, Moment now) {
  const auto turn = schedule.take(now, stripe_now, lease);
  return turn ? turn->item.text() : "";
}

}  // namespace

TEST_CASE("Items take turns: who was served queues up behind the others") {
  ItemSchedule schedule;
  for (int i = 0; i < 2; ++i) {
    for (const char* name : {"a", "b", "c"}) schedule.add(click_on(name), std::nullopt);
  }
  std::string order;
  while (const auto turn = schedule.take(at(1), stripe_now, lease)) {
    order += turn->item.text().substr(3);
    REQUIRE(schedule.hold(turn->item, turn->fence));
    schedule.finish(turn->item);
  }
  CHECK(order == "abcabc");
  CHECK(schedule.next_due() == std::nullopt);
}

TEST_CASE("An item is nobody else's while it is leased, and free again when the lease is over") {
  ItemSchedule schedule;
  schedule.add(click_on("a"), std::nullopt);
  const auto first = schedule.take(at(0), stripe_now, lease);
  REQUIRE(first.has_value());
  schedule.add(click_on("a"), std::nullopt);
  CHECK(taken(schedule, at(59)).empty());
  const auto second = schedule.take(at(60), stripe_now, lease);
  REQUIRE(second.has_value());
  CHECK(second->fence > first->fence);
  CHECK_FALSE(schedule.hold(item("a"), first->fence));
  CHECK(schedule.hold(item("a"), second->fence));
}

TEST_CASE("A turn whose end is being written doesn't run out meanwhile") {
  ItemSchedule schedule;
  schedule.add(click_on("a"), std::nullopt);
  const auto turn = schedule.take(at(0), stripe_now, lease);
  REQUIRE(turn.has_value());
  REQUIRE(schedule.hold(turn->item, turn->fence));
  CHECK(taken(schedule, at(1'000)).empty());
  schedule.release(turn->item);
  CHECK(taken(schedule, at(1'000)) == "si_a");
}

TEST_CASE("A turn is ended once: nobody holds it who comes second") {
  for (const bool pending : {false, true}) {
    ItemSchedule schedule;
    schedule.add(click_on("a"), std::nullopt);
    schedule.add(click_on("a"), std::nullopt);
    const auto turn = schedule.take(at(0), stripe_now, lease);
    REQUIRE(turn.has_value());
    REQUIRE(schedule.hold(turn->item, turn->fence));
    CHECK_FALSE(schedule.hold(turn->item, turn->fence));
    pending ? schedule.defer(turn->item, at(10)) : schedule.finish(turn->item);
    CHECK_FALSE(schedule.hold(turn->item, turn->fence));
  }
}

TEST_CASE("A turn that was cleared away is over, whoever has it") {
  ItemSchedule schedule;
  schedule.add(click_on("a"), std::nullopt);
  const auto turn = schedule.take(at(0), stripe_now, lease);
  REQUIRE(turn.has_value());
  schedule.clear();
  schedule.restore(item("a"), 7, stripe_now + std::chrono::hours(700));
  CHECK_FALSE(schedule.hold(turn->item, turn->fence));
  const auto next = schedule.take(at(0), stripe_now, lease);
  REQUIRE(next.has_value());
  CHECK(next->fence > turn->fence);
  CHECK(next->sequence == 7);
  CHECK_FALSE(next->front.has_value());
}

TEST_CASE("An item that waits is not taken before its time, and says when that is") {
  ItemSchedule schedule;
  schedule.add(click_on("a"), std::nullopt);
  REQUIRE(taken(schedule, at(0)) == "si_a");
  schedule.defer(item("a"), at(10));
  schedule.add(click_on("a"), std::nullopt);
  CHECK(schedule.next_due() == at(10));
  CHECK(taken(schedule, at(9)).empty());
  CHECK(taken(schedule, at(10)) == "si_a");
}

TEST_CASE("An item without pending events is forgotten, its failures too") {
  ItemSchedule schedule;
  schedule.add(click_on("a"), std::nullopt);
  REQUIRE(taken(schedule, at(0)) == "si_a");
  schedule.set_failing(item("a"), true);
  CHECK(schedule.failing(item("a")));
  schedule.finish(item("a"));
  CHECK_FALSE(schedule.oldest(item("a")).has_value());
  CHECK(schedule.next_due() == std::nullopt);
  schedule.add(click_on("a"), std::nullopt);
  CHECK_FALSE(schedule.failing(item("a")));
  CHECK(taken(schedule, at(0)) == "si_a");
}

}  // namespace billing
