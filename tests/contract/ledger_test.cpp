// SPDX-License-Identifier: Apache-2.0
#include "contract/ledger_fixture.hpp"
#include "contract/on_postgres.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <thread>

namespace billing::tests {

TEST_CASE_TEMPLATE("An event that was appended is there after a restart, as it was", Adapter,
                   OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const SharedEvent event = click_of("a", "key");
  const Appended appended = fixture.append(event);
  CHECK(appended.outcome == AppendOutcome::recorded);
  fixture.adapter.reopen();
  const auto found = fixture.ledger().find(event->id);
  REQUIRE(found.has_value());
  REQUIRE(found->has_value());
  const RecordedEvent& row = **found;
  CHECK(row.sequence == appended.row.sequence);
  CHECK(row.event->customer == event->customer);
  CHECK(row.event->item == event->item);
  CHECK(row.event->key == event->key);
  CHECK(row.event->content_hash == event->content_hash);
  CHECK(row.event->quantity == 1);
  CHECK(row.event->clicked_at == event->clicked_at);
  CHECK(row.usage_at == to_second(noon));
  CHECK(row.state == EventState::pending);
  CHECK(row.attempt == 1);
}

TEST_CASE_TEMPLATE("A customer's key is one event for ever", Adapter, OnSqlite, GroupedOnSqlite,
                   OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const Appended first = fixture.append(click_of("a", "key"));
  const Instant later = noon + std::chrono::hours(24 * 40);
  for (const bool restarted : {false, true}) {
    if (restarted) fixture.adapter.reopen();
    const Appended again = fixture.append(click_of("a", "key", later), later);
    CHECK(again.outcome == AppendOutcome::repeated);
    CHECK(again.row.event->id == first.row.event->id);
  }
  CHECK(fixture.ledger().totals()->pending == 1);
  CHECK_MESSAGE(fixture.append(click_of("b", "key")).outcome == AppendOutcome::recorded,
                "another customer's key is another key");
}

TEST_CASE_TEMPLATE("The same key with other content is a conflict that names the event", Adapter,
                   OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const Appended first = fixture.append(click_of("a", "key"));
  const Appended second = fixture.append(click_of("a", "key", noon, 2));
  CHECK(second.outcome == AppendOutcome::conflict);
  CHECK(second.row.event->id == first.row.event->id);
  CHECK(second.row.event->quantity == 1);
}

TEST_CASE_TEMPLATE("One batch with the same key twice records it once", Adapter, OnSqlite,
                   GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const std::vector<SharedEvent> batch = {click_of("a", "key"), click_of("a", "key"),
                                          click_of("a", "other")};
  const auto appended = fixture.ledger().append(batch, noon);
  REQUIRE(appended.has_value());
  CHECK(appended->at(0).outcome == AppendOutcome::recorded);
  CHECK(appended->at(1).outcome == AppendOutcome::repeated);
  CHECK(appended->at(1).row.event->id == batch[0]->id);
  CHECK(appended->at(2).outcome == AppendOutcome::recorded);
}

TEST_CASE_TEMPLATE("A batch is recorded whole or not at all", Adapter, OnSqlite, GroupedOnSqlite,
                   OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const std::vector<SharedEvent> batch = {click_of("a", "key"), click_of("nobody", "key")};
  const auto appended = fixture.ledger().append(batch, noon);
  REQUIRE_FALSE(appended.has_value());
  CHECK(appended.error().code == ErrorCode::not_found);
  CHECK(fixture.ledger().totals()->pending == 0);
  CHECK(fixture.append(batch[0]).outcome == AppendOutcome::recorded);
}

TEST_CASE_TEMPLATE("No two events of an item share a second", Adapter, OnSqlite, GroupedOnSqlite,
                   OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  std::set<Second> seconds;
  for (int i = 0; i < 50; ++i) {
    const Appended one = fixture.append(click_of("a", "key" + std::to_string(i)));
    REQUIRE(one.row.usage_at.has_value());
    CHECK(*one.row.usage_at <= to_second(noon));
    CHECK(seconds.insert(*one.row.usage_at).second);
  }
  CHECK_MESSAGE(fixture.append(click_of("b", "key")).row.usage_at == to_second(noon),
                "another item's seconds are its own");
}

TEST_CASE_TEMPLATE("A period that was renewed takes clicks from its start on", Adapter, OnSqlite,
                   GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  for (int i = 0; i < 3; ++i) fixture.append(click_of("a", "before-" + std::to_string(i)));
  Subscription renewed = subscription_of("a");
  renewed.items[0].period_start = to_second(noon);
  REQUIRE(fixture.adapter.store().remember(renewed).has_value());
  CHECK_FALSE(fixture.append(click_of("a", "at-its-start")).row.usage_at.has_value());
  const Instant later = noon + std::chrono::seconds(1);
  const Appended first = fixture.append(click_of("a", "after-it", later), later);
  CHECK(first.row.usage_at == to_second(later));
}

TEST_CASE_TEMPLATE("A second that was chosen in a batch that failed is free again", Adapter,
                   OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const std::vector<SharedEvent> batch = {click_of("a", "key"), click_of("nobody", "key")};
  REQUIRE_FALSE(fixture.ledger().append(batch, noon).has_value());
  CHECK(fixture.append(click_of("a", "other")).row.usage_at == to_second(noon));
}

TEST_CASE_TEMPLATE("Clicks from many threads at once are each recorded once", Adapter, OnSqlite,
                   GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&fixture] {
      for (int i = 0; i < 25; ++i) {
        const SharedEvent event = click_of("a", "key" + std::to_string(i));
        static_cast<void>(fixture.ledger().append(event, noon));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto rows = fixture.ledger().list({.customer = CustomerId("cus_a")});
  REQUIRE(rows.has_value());
  CHECK(rows->size() == 25);
}

TEST_CASE_TEMPLATE("Events are listed newest first, by customer, by state and by page", Adapter,
                   OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  for (int i = 0; i < 5; ++i) fixture.append(click_of("a", std::to_string(i)));
  fixture.append(click_of("b", "0"));
  const auto claim = fixture.claim();
  REQUIRE(claim.has_value());
  REQUIRE(fixture.settle(*claim, delivered("mbur_1")));
  Ledger& ledger = fixture.ledger();
  CHECK(ledger.list({})->size() == 6);
  CHECK(ledger.list({.state = EventState::delivered})->size() == 1);
  const auto page = *ledger.list({.customer = CustomerId("cus_a"), .limit = 2});
  REQUIRE(page.size() == 2);
  CHECK(page[0].event->key.text() == "4");
  const auto next = *ledger.list(
      {.customer = CustomerId("cus_a"), .before_sequence = page[1].sequence, .limit = 2});
  REQUIRE(next.size() == 2);
  CHECK(next[0].event->key.text() == "2");
}

TEST_CASE_TEMPLATE("Any customer with any state lists those events and no others", Adapter,
                   OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  // Each customer gets one of each.
  for (const char* x : {"a", "b", "c"}) {
    for (const char* key : {"delivered", "refused", "pending"}) fixture.append(click_of(x, key));
  }
  for (int i = 0; i < 3; ++i) REQUIRE(fixture.settle(*fixture.claim(), delivered("mbur_1")));
  for (int i = 0; i < 3; ++i) {
    REQUIRE(fixture.settle(*fixture.claim(), {.state = EventState::refused, .reason = "canceled"}));
  }
  const std::optional<CustomerId> anyone;
  const std::optional<EventState> any_state;
  for (const auto& customer : {anyone, std::optional(CustomerId("cus_b"))}) {
    for (const auto& state :
         {any_state, std::optional(EventState::pending), std::optional(EventState::delivered),
          std::optional(EventState::refused)}) {
      CAPTURE((customer ? customer->text() : "anyone"));
      CAPTURE((state ? name(*state) : "any state"));
      const auto rows = *fixture.ledger().list({.customer = customer, .state = state});
      CHECK(rows.size() == (customer ? 1U : 3U) * (state ? 1U : 3U));
      for (const RecordedEvent& row : rows) {
        if (customer) CHECK(row.event->customer == *customer);
        if (state) CHECK(row.event->key.text() == name(*state));
        CHECK(row.event->key.text() == name(row.state));
      }
      CHECK(std::ranges::is_sorted(rows, std::greater(), &RecordedEvent::sequence));
      const auto first = *fixture.ledger().list({.customer = customer, .state = state, .limit = 1});
      REQUIRE(first.size() == 1);
      CHECK(first[0].sequence == rows[0].sequence);
      const auto rest = *fixture.ledger().list(
          {.customer = customer, .state = state, .before_sequence = first[0].sequence});
      CHECK(rest.size() == rows.size() - 1);
    }
  }
  CHECK(fixture.ledger().list({.customer = CustomerId("cus_none")})->empty());
}

TEST_CASE("A data file is one process's at a time, and readable beside it") {
  LedgerFixture<OnSqlite> fixture;
  fixture.append(click_of("a", "key"));
  const auto second = SqliteData::open(fixture.adapter.path(), SqliteAccess::owner);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == ErrorCode::conflict);
  const auto reader = SqliteData::open(fixture.adapter.path(), SqliteAccess::read_only);
  REQUIRE(reader.has_value());
  CHECK((*reader)->ledger().totals()->pending == 1);
  const SharedEvent event = click_of("a", "other");
  const auto refused = (*reader)->ledger().append(event, noon);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::denied);
}

TEST_CASE_TEMPLATE(
    "The usage of an item is all that is or will be billed after a second, and no more", Adapter,
    OnSqlite, GroupedOnSqlite, OnPostgres, GroupedOnPostgres) {
  LedgerFixture<Adapter> fixture;
  const auto usage = [&](const char* item, Second after) {
    const auto used = fixture.ledger().usage(ItemId(item), after);
    REQUIRE(used.has_value());
    return *used;
  };
  const Second noon_second = to_second(noon);
  const std::chrono::seconds minute(60);
  CHECK(usage("si_a", noon_second).quantity == 0);
  fixture.append(click_of("a", "1"));
  fixture.append(click_of("a", "2", noon + minute), noon + minute);
  fixture.append(click_of("a", "3", noon + 2 * minute), noon + 2 * minute);
  SystemEntropy entropy;
  const auto workshop = make_usage_event({.customer = CustomerId("cus_a"),
                                          .item = ItemId("si_a"),
                                          .kind = UsageKind::workshop,
                                          .quantity = 6,
                                          .clicked_at = noon + 2 * minute},
                                         entropy);
  fixture.append(std::make_shared<const UsageEvent>(workshop.value()), noon + 2 * minute);
  fixture.append(click_of("a", "5", noon + 2 * minute), Instant::min());
  CHECK(usage("si_a", noon_second - minute).quantity == 4);
  CHECK_MESSAGE(usage("si_a", noon_second).quantity == 3, "a second is not after itself");
  CHECK_MESSAGE(usage("si_a", noon_second + minute).quantity == 2,
                "what has no second yet gets one");
  CHECK(usage("si_a", noon_second).pending == 5);
  CHECK(usage("si_b", noon_second - minute).quantity == 0);
  CHECK(usage("si_b", noon_second - minute).pending == 0);

  const auto settle_first = [&](const Settlement& settlement) {
    const auto claim = fixture.claim(noon + 3 * minute);
    REQUIRE(claim.has_value());
    REQUIRE(fixture.settle(*claim, settlement));
  };
  settle_first(delivered("mbur_1"));
  CHECK(usage("si_a", noon_second - minute).quantity == 4);
  CHECK(usage("si_a", noon_second - minute).pending == 4);
  settle_first({.state = EventState::refused, .reason = "ended"});
  CHECK(usage("si_a", noon_second - minute).quantity == 3);
  settle_first({.state = EventState::final_invoice});
  CHECK(usage("si_a", noon_second - minute).quantity == 3);
  fixture.adapter.reopen();
  CHECK(usage("si_a", noon_second - minute).quantity == 3);
  CHECK(usage("si_a", noon_second - minute).pending == 2);
}

}  // namespace billing::tests
