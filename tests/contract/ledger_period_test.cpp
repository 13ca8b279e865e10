// SPDX-License-Identifier: Apache-2.0
#include "contract/ledger_fixture.hpp"
#include "contract/on_postgres.hpp"

namespace billing::tests {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

/// Of the items of `subscription_of`.
const Second period_end = subscription_of("a").items.front().period_end;
constexpr seconds a_minute(60);

}  // namespace

TEST_CASE_TEMPLATE("What nobody was handed when its period ended gets a second in the open one",
                   Adapter, OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const Instant before = period_end - a_minute;
  const SharedEvent event = click_of("a", "1", before);
  REQUIRE(fixture.append(event, before).row.usage_at == to_second(before));
  const auto claim = fixture.claim(period_end + a_minute);
  REQUIRE(claim.has_value());
  CHECK_FALSE(claim->may_have_been_sent);
  CHECK_FALSE(claim->is_in_doubt());
  REQUIRE(claim->row.usage_at.has_value());
  CHECK(*claim->row.usage_at > period_end);
  CHECK_MESSAGE(fixture.ledger().find(event->id)->value().usage_at == claim->row.usage_at,
                "it is on disk before it is sent");
}

TEST_CASE_TEMPLATE("A second that was chosen anew stays, whatever is clicked meanwhile", Adapter,
                   OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const Instant before = period_end - a_minute;
  const Instant after = period_end + a_minute;
  fixture.append(click_of("a", "1", before), before);
  const auto claim = fixture.claim(after);
  REQUIRE(claim.has_value());
  Subscription renewed = subscription_of("a");
  renewed.items.front().period_start = period_end;
  renewed.items.front().period_end = period_end + hours(24 * 30);
  REQUIRE(fixture.adapter.store().remember(renewed).has_value());
  fixture.append(click_of("a", "2", after), after);
  const auto overtaking = fixture.claim(after + lease);
  REQUIRE(overtaking.has_value());
  CHECK(overtaking->row.usage_at == claim->row.usage_at);
  CHECK(overtaking->may_have_been_sent);
}

TEST_CASE_TEMPLATE("What somebody was handed before its period ended keeps its second, in doubt",
                   Adapter, OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const Instant before = period_end - a_minute;
  fixture.append(click_of("a", "1", before), before);
  SUBCASE("and has not come back") {
    REQUIRE(fixture.claim(before).has_value());
  }
  SUBCASE("and failed to tell what became of it") {
    REQUIRE(fixture.settle(*fixture.claim(before), {.reason = "no answer"}));
  }
  SUBCASE("and was gone with a restart") {
    REQUIRE(fixture.claim(before).has_value());
    fixture.adapter.reopen();
  }
  const auto claim = fixture.claim(period_end + hours(1));
  REQUIRE(claim.has_value());
  CHECK(claim->may_have_been_sent);
  CHECK(claim->is_in_doubt());
  CHECK(claim->row.usage_at == to_second(before));
  CHECK(claim->period_end == period_end);
}

TEST_CASE_TEMPLATE("Where turns are in memory, what was pending at a restart may have been sent",
                   Adapter, OnSqlite, GroupedOnSqlite) {
  LedgerFixture<Adapter> fixture;
  const Instant before = period_end - a_minute;
  fixture.append(click_of("a", "1", before), before);
  fixture.adapter.reopen();
  const auto claim = fixture.claim(period_end + hours(1));
  REQUIRE(claim.has_value());
  CHECK(claim->is_in_doubt());
  CHECK(claim->row.usage_at == to_second(before));
}

TEST_CASE_TEMPLATE("Where turns are on disk, what nobody was handed is known after a restart, too",
                   Adapter, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const Instant before = period_end - a_minute;
  fixture.append(click_of("a", "1", before), before);
  fixture.adapter.reopen();
  const auto claim = fixture.claim(period_end + hours(1));
  REQUIRE(claim.has_value());
  CHECK_FALSE(claim->may_have_been_sent);
  CHECK(*claim->row.usage_at > period_end);
}

TEST_CASE_TEMPLATE("What Stripe does not have at its second gets another one in the open period",
                   Adapter, OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  fixture.append(click_of("a", "1"));
  fixture.append(click_of("a", "2"));
  const auto first = fixture.claim();
  REQUIRE(first.has_value());
  const Second opened = to_second(noon) + a_minute;
  REQUIRE(fixture.settle(
      *first, {.raise_attempt = true, .choose_second_anew = true, .period_start = opened}));
  const auto again = fixture.claim(noon + hours(1));
  REQUIRE(again.has_value());
  CHECK(again->row.event->key.text() == "1");
  CHECK(again->row.attempt == 2);
  CHECK(again->row.usage_at.value() > opened);
  CHECK_FALSE(again->may_have_been_sent);
  REQUIRE(fixture.settle(*again, delivered("mbur_1")));
  const auto next = fixture.claim(noon + hours(1));
  REQUIRE(next.has_value());
  CHECK_MESSAGE(next->row.usage_at.value() > opened, "its period has ended, too");
  CHECK(next->row.usage_at != again->row.usage_at);
}

TEST_CASE_TEMPLATE("The balance counts usage on both sides of the open period's beginning", Adapter,
                   OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const Second boundary = to_second(noon) + hours(1);
  for (int i = 0; i < 3; ++i) {
    fixture.append(click_of("a", "early-" + std::to_string(i), noon + seconds(i), 2),
                   noon + hours(2));
  }
  fixture.append(click_of("a", "late", boundary + seconds(5), 5), noon + hours(2));
  fixture.append(click_of("b", "other", noon, 7), noon + hours(2));
  for (int i = 0; i < 2; ++i) {
    const auto claim = fixture.claim(noon + hours(2));
    REQUIRE(fixture.settle(*claim, delivered("mbur_" + std::to_string(i))));
  }
  const ItemId item("si_a");
  const auto balance = fixture.ledger().balance(item, Second(), boundary);
  REQUIRE(balance.has_value());
  CHECK(balance->delivered_closed + balance->pending_closed == 6);
  CHECK(balance->delivered_closed == 2);
  CHECK(balance->delivered_open == 0);
  const auto later = fixture.ledger().balance(item, boundary, boundary);
  CHECK(later->delivered_closed + later->pending_closed == 0);
}

TEST_CASE_TEMPLATE("Items whose periods end within the hour come first", Adapter, OnSqlite,
                   GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  Subscription soon = subscription_of("c");
  soon.items.front().period_end = to_second(noon) + a_minute;
  REQUIRE(fixture.adapter.store().remember(soon).has_value());
  REQUIRE_FALSE(fixture.claim().has_value());
  for (const char* x : {"a", "b", "c"}) fixture.append(click_of(x, "1"));
  CHECK(fixture.claim()->row.event->item.text() == "si_c");
  CHECK(fixture.claim()->row.event->item.text() == "si_a");
}

TEST_CASE_TEMPLATE("A workshop needs no period that is open", Adapter, OnSqlite, GroupedOnSqlite,
                   OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const Instant before = period_end - a_minute;
  SystemEntropy entropy;
  const auto workshop = make_usage_event({.customer = CustomerId("cus_a"),
                                          .item = ItemId("si_a"),
                                          .kind = UsageKind::workshop,
                                          .quantity = 6,
                                          .clicked_at = before,
                                          .subscription = SubscriptionId("sub_a"),
                                          .price = PriceId("price_w")},
                                         entropy);
  fixture.append(std::make_shared<const UsageEvent>(workshop.value()), before);
  SUBCASE("and nobody was handed it") {}
  SUBCASE("and somebody was") {
    REQUIRE(fixture.settle(*fixture.claim(before), {.reason = "no answer"}));
  }
  const auto claim = fixture.claim(period_end + a_minute);
  REQUIRE(claim.has_value());
  CHECK_FALSE(claim->is_in_doubt());
}

}  // namespace billing::tests
