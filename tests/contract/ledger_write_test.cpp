// SPDX-License-Identifier: Apache-2.0
// What one transaction of a ledger writes, and which settlements it takes.
#include "contract/ledger_fixture.hpp"
#include "contract/on_postgres.hpp"

#include <array>
#include <map>

namespace billing::tests {
namespace {

using std::chrono::seconds;

Settlement deferred_until(Instant instant) {
  return {.state = EventState::pending, .reason = "no answer", .retry_at = moment(instant)};
}

template <class Adapter>
EventState state_of(LedgerFixture<Adapter>& fixture, const SharedEvent& event) {
  const auto row = fixture.ledger().find(event->id);
  REQUIRE(row.has_value());
  REQUIRE(row->has_value());
  return (*row)->state;
}

}  // namespace

TEST_CASE_TEMPLATE("One write records events and stores settlements, each answered in its order",
                   Adapter, OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  fixture.append(click_of("a", "1"));
  fixture.append(click_of("b", "1"));
  const std::array settlements = {
      SettledClaim{.claim = *fixture.claim(), .settlement = delivered("mbur_a")},
      SettledClaim{.claim = *fixture.claim(), .settlement = deferred_until(noon + seconds(9))}};
  const std::array events = {click_of("a", "2"), click_of("c", "1")};
  const auto written =
      fixture.ledger().write({.events = events, .now_at_stripe = noon, .settlements = settlements});
  REQUIRE(written.has_value());
  REQUIRE(written->appended.size() == 2);
  CHECK(written->appended[0].row.event->id == events[0]->id);
  CHECK(written->appended[1].row.event->id == events[1]->id);
  REQUIRE(written->settled.size() == 2);
  REQUIRE(written->settled[0].has_value());
  CHECK(written->settled[0]->record.text() == "mbur_a");
  REQUIRE(written->settled[1].has_value());
  CHECK(written->settled[1]->state == EventState::pending);
  CHECK(written->settled[1]->reason == "no answer");
  CHECK(fixture.ledger().totals()->delivered == 1);
  CHECK(fixture.ledger().totals()->pending == 3);
  // What was recorded beside the settlements is due, and what was deferred is not.
  std::string order;
  while (const auto claim = fixture.claim()) order += claim->row.event->item.text().substr(3);
  CHECK(order.size() == 2);
  CHECK(order.find('b') == std::string::npos);
}

TEST_CASE_TEMPLATE("A settlement beside an event that can't be recorded changes nothing", Adapter,
                   OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const SharedEvent event = click_of("a", "1");
  fixture.append(event);
  const SettledClaim settled{.claim = *fixture.claim(), .settlement = delivered("mbur_1")};
  const std::array events = {click_of("b", "1"), click_of("nobody", "1")};
  const auto written = fixture.ledger().write(
      {.events = events, .now_at_stripe = noon, .settlements = {&settled, 1}});
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().code == ErrorCode::not_found);
  CHECK(state_of(fixture, event) == EventState::pending);
  CHECK(fixture.ledger().totals()->pending == 1);

  CHECK_MESSAGE(!fixture.claim().has_value(), "the claim is still somebody's");
  CHECK_MESSAGE(fixture.settle(settled.claim, settled.settlement), "and still good");
  CHECK(state_of(fixture, event) == EventState::delivered);
}

TEST_CASE_TEMPLATE("The lease of a claim whose write failed runs out as if nothing had happened",
                   Adapter, OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  fixture.append(click_of("a", "1"));
  const SettledClaim settled{.claim = *fixture.claim(), .settlement = delivered("mbur_1")};
  const SharedEvent stranger = click_of("nobody", "1");
  REQUIRE_FALSE(fixture.ledger().write(
      {.events = {&stranger, 1}, .now_at_stripe = noon, .settlements = {&settled, 1}}));
  CHECK(*fixture.ledger().next_due() == moment(noon + lease));
  CHECK(fixture.claim(noon + lease).has_value());
  CHECK_FALSE(fixture.settle(settled.claim, settled.settlement));
}

TEST_CASE_TEMPLATE("A settlement that was overtaken leaves those beside it alone", Adapter,
                   OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const SharedEvent late = click_of("a", "1");
  const SharedEvent timely = click_of("b", "1");
  fixture.append(late);
  const auto overtaken = fixture.claim();
  REQUIRE(fixture.claim(noon + lease).has_value());
  fixture.append(timely);
  const std::array settlements = {
      SettledClaim{.claim = *overtaken, .settlement = delivered("mbur_late")},
      SettledClaim{.claim = *fixture.claim(noon + lease), .settlement = delivered("mbur_b")}};
  const auto written = fixture.ledger().write({.settlements = settlements});
  REQUIRE(written.has_value());
  CHECK_FALSE(written->settled.at(0).has_value());
  CHECK(written->settled.at(1).has_value());
  CHECK(state_of(fixture, late) == EventState::pending);
  CHECK(state_of(fixture, timely) == EventState::delivered);
}

TEST_CASE_TEMPLATE("A settlement after its lease ran out and its item queued up again is too late",
                   Adapter, OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const SharedEvent event = click_of("a", "1");
  fixture.append(event);
  const auto late = fixture.claim();
  fixture.append(click_of("b", "1"));
  // Item b was ready before: it goes first, while a is due again and nobody's yet.
  REQUIRE(fixture.claim(noon + lease)->row.event->item.text() == "si_b");
  CHECK_FALSE(fixture.settle(*late, delivered("mbur_late")));
  CHECK(state_of(fixture, event) == EventState::pending);
  const auto next = fixture.claim(noon + lease);
  REQUIRE(next.has_value());
  CHECK(fixture.settle(*next, delivered("mbur_1")));
}

TEST_CASE_TEMPLATE("A settlement ends its claim: what comes under it later changes nothing",
                   Adapter, OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  for (const Settlement& first :
       {delivered("mbur_1"), Settlement{.state = EventState::refused, .reason = "canceled"},
        deferred_until(noon + seconds(10))}) {
    CAPTURE(name(first.state));
    LedgerFixture<Adapter> fixture;
    const SharedEvent event = click_of("a", "1");
    fixture.append(event);
    fixture.append(click_of("a", "2"));
    const auto claim = fixture.claim();
    REQUIRE(fixture.settle(*claim, first));
    const auto due = *fixture.ledger().next_due();
    for (const Settlement& again :
         {first, delivered("mbur_2"), deferred_until(noon + seconds(99))}) {
      CHECK_FALSE(fixture.settle(*claim, again));
    }
    const auto row = fixture.ledger().find(event->id);
    CHECK((*row)->state == first.state);
    CHECK((*row)->record == first.record);
    CHECK((*row)->reason == first.reason);
    CHECK(*fixture.ledger().next_due() == due);
  }
}

TEST_CASE_TEMPLATE("The same settlement twice in one write is stored once", Adapter, OnSqlite,
                   GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  for (const char* key : {"1", "2", "3"}) fixture.append(click_of("a", key));
  const SettledClaim settled{.claim = *fixture.claim(), .settlement = delivered("mbur_1")};
  const std::array twice = {settled, settled};
  const auto written = fixture.ledger().write({.settlements = twice});
  REQUIRE(written.has_value());
  CHECK(written->settled.at(0).has_value());
  CHECK_FALSE(written->settled.at(1).has_value());
  CHECK(fixture.ledger().totals()->delivered == 1);
  const auto next = fixture.claim();
  REQUIRE(next.has_value());
  CHECK_MESSAGE(next->row.event->key.text() == "2", "no event was passed over");
}

TEST_CASE_TEMPLATE(
    "The events of an item are delivered one after the other, also those that come "
    "meanwhile",
    Adapter, OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  for (const char* key : {"0", "1", "2", "3"}) fixture.append(click_of("a", key));
  for (int i = 0; i < 8; ++i) {
    CAPTURE(i);
    const auto claim = fixture.claim();
    REQUIRE(claim.has_value());
    CHECK(claim->row.event->key.text() == std::to_string(i));
    if (i < 4) fixture.append(click_of("a", std::to_string(4 + i)));
    REQUIRE(fixture.settle(*claim, delivered("mbur_" + std::to_string(i))));
  }
  CHECK_FALSE(fixture.claim().has_value());
  CHECK(fixture.ledger().totals()->delivered == 8);
}

TEST_CASE_TEMPLATE("A thousand pending events of fifty items survive a restart, in order", Adapter,
                   OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  constexpr int items = 50;
  constexpr int events_each = 20;
  std::vector<SharedEvent> events;
  for (int i = 0; i < items; ++i) {
    const std::string x = "many" + std::to_string(i);
    REQUIRE(fixture.adapter.store().remember(subscription_of(x)).has_value());
  }
  for (int i = 0; i < items * events_each; ++i) {
    events.push_back(click_of("many" + std::to_string(i % items), std::to_string(i / items)));
  }
  REQUIRE(fixture.ledger().append(events, noon).has_value());
  REQUIRE(fixture.claim().has_value());
  fixture.adapter.reopen();

  std::map<std::string, int> next;
  int claims = 0;
  std::vector<SettledClaim> settled;
  do {
    settled.clear();
    while (const auto claim = fixture.claim()) {
      const std::string item = claim->row.event->item.text();
      CHECK(claim->row.event->key.text() == std::to_string(next[item]++));
      settled.push_back(
          {.claim = *claim, .settlement = delivered("mbur_" + std::to_string(++claims))});
    }
    CHECK(settled.size() <= items);
    REQUIRE(fixture.ledger().write({.settlements = settled}).has_value());
  } while (!settled.empty());
  CHECK(claims == items * events_each);
  CHECK(next.size() == items);
  CHECK(fixture.ledger().totals()->pending == 0);
}

TEST_CASE_TEMPLATE("Leases and pauses go on while the date is set back", Adapter, OnSqlite,
                   GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  fixture.append(click_of("a", "1"));
  fixture.append(click_of("a", "2"));
  const auto claim_after = [&](std::chrono::milliseconds passed, std::chrono::hours lead) {
    fixture.adapter.at(noon + passed);
    const auto claimed = fixture.ledger().claim(moment(noon + passed), noon + passed + lead, lease);
    REQUIRE(claimed.has_value());
    return *claimed;
  };
  const std::chrono::hours none(0);
  const std::chrono::hours back(-24);
  REQUIRE(claim_after(seconds(0), none).has_value());
  CHECK_FALSE(claim_after(lease - seconds(1), back).has_value());
  const auto again = claim_after(lease, back);
  REQUIRE_MESSAGE(again.has_value(), "the lease ran out");

  REQUIRE(fixture.settle(*again, deferred_until(noon + lease + seconds(5))));
  CHECK_FALSE(claim_after(lease + seconds(4), back).has_value());
  const auto third = claim_after(lease + seconds(5), back);
  REQUIRE_MESSAGE(third.has_value(), "the pause is over");
  CHECK(third->row.usage_at == again->row.usage_at);
  REQUIRE(fixture.settle(*third, delivered("mbur_1")));
  CHECK(claim_after(lease + seconds(6), back)->row.event->key.text() == "2");
}

}  // namespace billing::tests
