// SPDX-License-Identifier: Apache-2.0
// A ledger whose disk fails it.
#include "contract/ledger_fixture.hpp"
#include "support/full_disk.hpp"

namespace billing::tests {

TEST_CASE_TEMPLATE(
    "A commit that the disk refuses is in doubt, and the same write again settles it", Adapter,
    OnSqlite, GroupedOnSqlite) {
  LedgerFixture<Adapter> fixture;
  fixture.append(click_of("a", "1"));
  const auto claim = fixture.claim();
  const SharedEvent event = click_of("b", "1");
  const SettledClaim settled{.claim = *claim, .settlement = delivered("mbur_1")};
  const LedgerWrite write{
      .events = {&event, 1}, .now_at_stripe = noon, .settlements = {&settled, 1}};
  {
    const FullDisk full;
    const auto refused = fixture.ledger().write(write);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::outcome_unknown);
  }
  const auto written = fixture.ledger().write(write);
  REQUIRE(written.has_value());
  CHECK(written->appended.front().row.event->id == event->id);
  CHECK(written->settled.front().has_value());
  CHECK(fixture.ledger().totals()->delivered == 1);
  const auto next = fixture.claim();
  REQUIRE(next.has_value());
  CHECK(next->row.event->id == event->id);
  REQUIRE(fixture.settle(*next, delivered("mbur_2")));
  CHECK_FALSE(fixture.claim().has_value());
}

TEST_CASE_TEMPLATE("After a commit in doubt whatever is pending is due at once, whoever had it",
                   Adapter, OnSqlite, GroupedOnSqlite) {
  LedgerFixture<Adapter> fixture;
  fixture.append(click_of("a", "1"));
  const auto overtaken = fixture.claim();
  {
    const FullDisk full;
    const auto refused = fixture.ledger().settle(*overtaken, delivered("mbur_1"));
    REQUIRE_FALSE(refused.has_value());
    REQUIRE(refused.error().code == ErrorCode::outcome_unknown);
  }
  const auto due = fixture.ledger().next_due();
  REQUIRE(due.has_value());
  CHECK_MESSAGE(*due == Moment::min(), "nobody would ask for what may be on disk");
  const auto next = fixture.claim();
  REQUIRE(next.has_value());
  CHECK_FALSE(fixture.settle(*overtaken, delivered("mbur_late")));
  CHECK(fixture.settle(*next, delivered("mbur_1")));
  CHECK_FALSE((*fixture.ledger().next_due()).has_value());
}

}  // namespace billing::tests
