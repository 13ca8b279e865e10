// SPDX-License-Identifier: Apache-2.0
#include "contract/ledger_fixture.hpp"
#include "contract/on_postgres.hpp"

#include <map>

namespace billing::tests {
namespace {

using std::chrono::seconds;

}  // namespace

TEST_CASE_TEMPLATE("Within an item the oldest goes first, one at a time", Adapter, OnSqlite,
                   GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  fixture.append(click_of("a", "1"));
  fixture.append(click_of("a", "2"));
  const auto first = fixture.claim();
  REQUIRE(first.has_value());
  CHECK(first->row.event->key.text() == "1");
  CHECK_FALSE(fixture.claim().has_value());
  REQUIRE(fixture.settle(*first, delivered("mbur_1")));
  const auto second = fixture.claim();
  REQUIRE(second.has_value());
  CHECK(second->row.event->key.text() == "2");
}

TEST_CASE_TEMPLATE("Items take turns", Adapter, OnSqlite, GroupedOnSqlite, OnPostgres,
                   GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  for (const char* key : {"1", "2"}) {
    for (const char* x : {"a", "b", "c"}) fixture.append(click_of(x, key));
  }
  std::string order;
  while (const auto claim = fixture.claim()) {
    order += claim->row.event->item.text().substr(3);
    REQUIRE(fixture.settle(*claim, delivered("mbur_" + std::to_string(order.size()))));
  }
  CHECK(order == "abcabc");
  CHECK(fixture.ledger().next_due()->has_value() == false);
}

TEST_CASE_TEMPLATE("A delivered event has its record, for ever", Adapter, OnSqlite, GroupedOnSqlite,
                   OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const SharedEvent event = click_of("a", "1");
  fixture.append(event);
  REQUIRE(fixture.settle(*fixture.claim(), delivered("mbur_1")));
  fixture.adapter.reopen();
  CHECK_FALSE(fixture.claim().has_value());
  const auto row = fixture.ledger().find(event->customer, event->key);
  REQUIRE((*row).has_value());
  CHECK((*row)->state == EventState::delivered);
  CHECK((*row)->record.text() == "mbur_1");
  CHECK((*row)->first_sent_at == noon);
  CHECK((*row)->api_version == "2025-02-24.acacia");
}

TEST_CASE_TEMPLATE("A refused event keeps its reason and makes room for the next", Adapter,
                   OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const SharedEvent event = click_of("a", "1");
  fixture.append(event);
  fixture.append(click_of("a", "2"));
  REQUIRE(fixture.settle(*fixture.claim(), {.state = EventState::refused, .reason = "canceled"}));
  CHECK((*fixture.ledger().find(event->id))->reason == "canceled");
  CHECK(fixture.claim()->row.event->key.text() == "2");
}

TEST_CASE_TEMPLATE("After a failed try the item waits, and comes back with the same second",
                   Adapter, OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  fixture.append(click_of("a", "1"));
  fixture.append(click_of("b", "1"));
  const auto first = fixture.claim();
  REQUIRE(first.has_value());
  REQUIRE(fixture.settle(*first, {.state = EventState::pending,
                                  .reason = "no answer",
                                  .raise_attempt = true,
                                  .retry_at = moment(noon + seconds(10))}));
  CHECK(fixture.ledger().backlog(ItemId("si_a"))->failing);
  CHECK_FALSE(fixture.ledger().backlog(ItemId("si_b"))->failing);
  CHECK_MESSAGE(fixture.claim()->row.event->item.text() == "si_b", "that item alone waits");
  CHECK_FALSE(fixture.claim(noon + seconds(9)).has_value());
  const auto again = fixture.claim(noon + seconds(10));
  REQUIRE(again.has_value());
  CHECK(again->row.event->id == first->row.event->id);
  CHECK(again->row.usage_at == first->row.usage_at);
  CHECK(again->row.attempt == 2);
  CHECK(again->row.first_sent_at == noon);
}

TEST_CASE_TEMPLATE("A claim that was overtaken changes nothing", Adapter, OnSqlite, GroupedOnSqlite,
                   OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const SharedEvent event = click_of("a", "1");
  fixture.append(event);
  const auto late = fixture.claim();
  const auto next = fixture.claim(noon + lease);
  REQUIRE(late.has_value());
  REQUIRE(next.has_value());
  CHECK_FALSE(fixture.settle(*late, {.state = EventState::refused, .reason = "late"}));
  CHECK((*fixture.ledger().find(event->id))->state == EventState::pending);
  CHECK(fixture.settle(*next, delivered("mbur_1")));
}

TEST_CASE_TEMPLATE("What was pending at a restart is due at once, on the seconds it had", Adapter,
                   OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const Appended first = fixture.append(click_of("a", "1"));
  const Appended second = fixture.append(click_of("b", "1"));
  REQUIRE(fixture.claim().has_value());
  fixture.adapter.reopen();
  std::map<std::string, std::optional<Second>> seconds_of;
  while (const auto claim = fixture.claim()) {
    seconds_of.emplace(claim->row.event->id.text(), claim->row.usage_at);
  }
  CHECK(seconds_of.size() == 2);
  CHECK(seconds_of[first.row.event->id.text()] == first.row.usage_at);
  CHECK(seconds_of[second.row.event->id.text()] == second.row.usage_at);
}

TEST_CASE_TEMPLATE("A click without a free second waits for one, and the second is on disk then",
                   Adapter, OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  Subscription fresh = subscription_of("new");
  fresh.items[0].period_start = to_second(noon);
  REQUIRE(fixture.adapter.store().remember(fresh).has_value());
  const SharedEvent event = click_of("new", "1");
  CHECK_FALSE(fixture.append(event).row.usage_at.has_value());
  CHECK_FALSE(fixture.claim().has_value());
  const auto due = *fixture.ledger().next_due();
  REQUIRE(due.has_value());
  CHECK(*due == moment(noon + seconds(1)));
  const auto claim = fixture.claim(noon + seconds(1));
  REQUIRE(claim.has_value());
  CHECK(claim->row.usage_at == to_second(noon) + seconds(1));
  fixture.adapter.reopen();
  CHECK((*fixture.ledger().find(event->id))->usage_at == to_second(noon) + seconds(1));
}

}  // namespace billing::tests
