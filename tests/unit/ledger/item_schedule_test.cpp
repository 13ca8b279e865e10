// SPDX-License-Identifier: Apache-2.0
#include "ledger/item_schedule.hpp"

#include <doctest/doctest.h>

#include <string>

namespace billing {
namespace {

using std::chrono::seconds;

constexpr std::chrono::milliseconds lease{60'000};
Instant at(int second) {
  return Instant(seconds(second));
}
ItemId item(const std::string& name) {
  return ItemId("si_" + name);
}

std::string taken(ItemSchedule& schedule, Instant now) {
  const auto turn = schedule.take(now, lease);
  return turn ? turn->item.text() : "";
}

}  // namespace

TEST_CASE("Items take turns: who was served queues up behind the others") {
  ItemSchedule schedule;
  for (const char* name : {"a", "b", "c"}) schedule.add(item(name));
  std::string order;
  for (int i = 0; i < 6; ++i) {
    const auto turn = schedule.take(at(1), lease);
    REQUIRE(turn.has_value());
    order += turn->item.text().substr(3);
    schedule.requeue(turn->item);
  }
  CHECK(order == "abcabc");
}

TEST_CASE("An item is nobody else's while it is leased, and free again when the lease is over") {
  ItemSchedule schedule;
  schedule.add(item("a"));
  const auto first = schedule.take(at(0), lease);
  REQUIRE(first.has_value());
  schedule.add(item("a"));
  CHECK(taken(schedule, at(59)).empty());
  const auto second = schedule.take(at(60), lease);
  REQUIRE(second.has_value());
  CHECK(second->fence > first->fence);
  CHECK_FALSE(schedule.holds(item("a"), first->fence));
  CHECK(schedule.holds(item("a"), second->fence));
}

TEST_CASE("An item that waits is not taken before its time, and says when that is") {
  ItemSchedule schedule;
  schedule.add(item("a"));
  REQUIRE(taken(schedule, at(0)) == "si_a");
  schedule.defer(item("a"), at(10));
  schedule.add(item("a"));
  CHECK(schedule.next_due() == at(10));
  CHECK(taken(schedule, at(9)).empty());
  CHECK(taken(schedule, at(10)) == "si_a");
}

TEST_CASE("An item without pending events is forgotten, its failures too") {
  ItemSchedule schedule;
  schedule.add(item("a"));
  REQUIRE(taken(schedule, at(0)) == "si_a");
  schedule.set_failing(item("a"), true);
  CHECK(schedule.failing(item("a")));
  schedule.remove(item("a"));
  CHECK(schedule.next_due() == std::nullopt);
  schedule.add(item("a"));
  CHECK_FALSE(schedule.failing(item("a")));
  CHECK(taken(schedule, at(0)) == "si_a");
}

TEST_CASE("A turn that ends after its lease ran out doesn't queue its item twice") {
  ItemSchedule schedule;
  schedule.add(item("a"));
  schedule.add(item("b"));
  REQUIRE(taken(schedule, at(0)) == "si_a");
  REQUIRE(taken(schedule, at(61)) == "si_b");  // Which also queued `a` again.
  schedule.requeue(item("a"));
  CHECK(taken(schedule, at(61)) == "si_a");
  CHECK(taken(schedule, at(61)).empty());
}

}  // namespace billing
