// SPDX-License-Identifier: Apache-2.0
#include "unit/restore/old_ledger.hpp"

#include <set>

namespace billing::tests {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

}  // namespace

TEST_CASE("What a backup has on its way is at Stripe once, and what it lacks is named") {
  OldLedger old;
  old.click(3);
  old.send_unsettled();
  old.use_past_the_ledger(5);
  REQUIRE(old.units_at_stripe() == 6);
  const RestoredLedger restored = old.restore();
  CHECK(restored.exact());
  REQUIRE(restored.items.size() == 1);
  CHECK(restored.items.front().sent_again == 3);
  CHECK(restored.items.front().recovered == 5);
  CHECK(old.units_at_stripe() == 8);
  CHECK(old.totals().delivered == 8);
  CHECK(old.totals().pending == 0);
  std::set<std::string> keys;
  for (const RecordedEvent& row : restored.recovered) {
    CHECK(row.event->key.text().starts_with("restored/" + old.item.text() + "/"));
    CHECK(row.state == EventState::delivered);
    CHECK_FALSE(row.reason.empty());
    keys.insert(row.event->key.text());
  }
  CHECK(keys.size() == 5);

  const RestoredLedger again = old.restore();
  CHECK(again.exact());
  CHECK(again.recovered.empty());
  CHECK(old.totals().delivered == 8);
}

TEST_CASE("New clicks overwrite nothing of what came after the backup") {
  OldLedger old;
  old.use_past_the_ledger(30);
  old.click(2);
  old.world.drain();
  CHECK(old.restore().exact());
  // More at once than there are free seconds but those before, among which are the lost clicks'.
  old.click(100, std::chrono::seconds(0));
  old.world.drain();
  CHECK(old.units_at_stripe() == 132);
  CHECK(old.totals().delivered == 132);
}

TEST_CASE(
    "Of what waited when its period closed Stripe's totals tell what came, each billed once") {
  OldLedger old;
  old.click(3);
  old.send_unsettled();
  int lost = 0;
  SUBCASE("and nothing else was clicked") {}
  SUBCASE("and the backup lacks others of that period") {
    // They went to Stripe after all that was waiting.
    lost = 4;
    old.use_past_the_ledger(2 + lost);
  }
  old.pass(hours(24 * 40));
  const RestoredLedger restored = old.restore();
  CHECK(restored.exact());
  REQUIRE(restored.items.size() == 1);
  const RestoredItem& item = restored.items.front();
  CHECK(item.found == (lost == 0 ? 1 : 3));
  CHECK(item.to_send == (lost == 0 ? 2 : 0));
  CHECK(item.recovered == lost);
  old.pass(minutes(1));
  old.world.drain();
  CHECK(old.units_at_stripe() == 3 + lost);
  CHECK(old.totals().delivered == 3 + lost);
  const auto periods = old.periods();
  REQUIRE(periods.size() == 1);
  CHECK(periods.front().ledger == (lost == 0 ? 1 : 3 + lost));
  CHECK(periods.front().difference() == 0);
  CHECK(periods.front().amount_difference() == 0);
  REQUIRE(periods.front().line.has_value());
  CHECK(periods.front().line->quantity == periods.front().ledger);
}

TEST_CASE("Usage that the ledger doesn't know is a difference of its period, to the cent") {
  OldLedger old;
  old.click(2);
  old.world.drain();
  old.use_past_the_ledger(1);
  old.pass(hours(24 * 40));
  const auto periods = old.periods();
  REQUIRE(periods.size() == 1);
  CHECK(periods.front().difference() == 1);
  REQUIRE(periods.front().line.has_value());
  CHECK(periods.front().amount_difference() == periods.front().line->amount.minor / 3);
  CHECK(periods.front().amount_difference() > 0);
}

TEST_CASE("Less at Stripe than the ledger delivered is told, and nothing is changed") {
  OldLedger old;
  old.click(2);
  const auto claim = old.world.claim();
  REQUIRE(old.world.settle(**claim, {.state = EventState::delivered}).has_value());
  old.pass(minutes(2));
  const RestoredLedger restored = old.restore();
  CHECK_FALSE(restored.exact());
  REQUIRE(restored.items.size() == 1);
  CHECK(restored.items.front().difference() == -1);
  CHECK_FALSE(restored.items.front().trouble.empty());
  CHECK(restored.recovered.empty());
  CHECK(old.units_at_stripe() == 1);
}

}  // namespace billing::tests
