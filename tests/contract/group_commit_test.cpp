// SPDX-License-Identifier: Apache-2.0
#include <billing/group_commit.hpp>

#include "contract/ledger_fixture.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace billing::tests {
namespace {

/// Passes everything on, counts writes, and runs a hook before the first.
class CountingLedger final : public Ledger {
 public:
  explicit CountingLedger(Ledger& ledger) : ledger_(ledger) {}

  Result<LedgerWritten> write(const LedgerWrite& batch) override {
    if (writes++ == 0 && before_first) before_first();
    largest = std::max(largest.load(), batch.events.size() + batch.settlements.size());
    return ledger_.write(batch);
  }
  Result<std::optional<RecordedEvent>> find(const EventId& id) override { return ledger_.find(id); }
  Result<std::optional<RecordedEvent>> find(const CustomerId& customer,
                                            const IdempotencyKey& key) override {
    return ledger_.find(customer, key);
  }
  Result<std::vector<RecordedEvent>> list(const EventFilter& filter) override {
    return ledger_.list(filter);
  }
  Result<LedgerTotals> totals() override { return ledger_.totals(); }
  Result<Backlog> backlog(const ItemId& item) override { return ledger_.backlog(item); }
  Result<ItemUsage> usage(const ItemId& item, Second after) override {
    return ledger_.usage(item, after);
  }
  Result<ItemBalance> balance(const ItemId& item, Second from, Second boundary) override {
    return ledger_.balance(item, from, boundary);
  }
  Result<void> restore(const ItemRestoration& restoration) override {
    return ledger_.restore(restoration);
  }
  Result<std::optional<Claim>> claim(Moment now, Instant now_at_stripe,
                                     std::chrono::milliseconds time) override {
    return ledger_.claim(now, now_at_stripe, time);
  }
  Result<std::optional<Moment>> next_due() override { return ledger_.next_due(); }

  std::function<void()> before_first;
  std::atomic<int> writes{0};
  std::atomic<std::size_t> largest{0};

 private:
  Ledger& ledger_;
};

/// Writes each from a thread of its own, so that all but the first come while the first commits.
std::vector<Result<LedgerWritten>> written_at_once(CountingLedger& ledger,
                                                   const std::vector<LedgerWrite>& writes) {
  GroupCommit group(ledger);
  ledger.before_first = [&] {
    while (group.waiting() < writes.size()) std::this_thread::yield();
  };
  std::vector<Result<LedgerWritten>> outcomes(writes.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    threads.emplace_back([&, i] { outcomes[i] = group.write(writes[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(group.waiting() == 0);
  return outcomes;
}

std::vector<LedgerWrite> appends_of(const std::vector<SharedEvent>& events) {
  std::vector<LedgerWrite> writes;
  for (const SharedEvent& each : events) {
    writes.push_back({.events = {&each, 1}, .now_at_stripe = noon});
  }
  return writes;
}

/// Three claims of an item each, and what became of them.
std::vector<SettledClaim> claimed_and_delivered(LedgerFixture<OnSqlite>& fixture) {
  std::vector<SettledClaim> settled;
  for (const std::string x : {"a", "b", "c"}) {
    fixture.append(click_of(x, "1"));
    settled.push_back({.claim = *fixture.claim(), .settlement = delivered("mbur_" + x)});
  }
  return settled;
}

}  // namespace

TEST_CASE("Appends that come while a commit is under way share the next one") {
  LedgerFixture<OnSqlite> fixture;
  CountingLedger counting(fixture.ledger());
  std::vector<SharedEvent> events;
  for (int i = 0; i < 9; ++i) events.push_back(click_of("a", std::to_string(i)));
  const auto outcomes = written_at_once(counting, appends_of(events));
  CHECK(counting.writes == 2);
  CHECK(counting.largest == 8);
  for (std::size_t i = 0; i < events.size(); ++i) {
    REQUIRE(outcomes[i].has_value());
    REQUIRE(outcomes[i]->appended.size() == 1);
    CHECK(outcomes[i]->appended.front().row.event->id == events[i]->id);
  }
}

TEST_CASE("An event that can't be recorded fails alone, not those that share its commit") {
  LedgerFixture<OnSqlite> fixture;
  CountingLedger counting(fixture.ledger());
  const std::vector<SharedEvent> events = {click_of("a", "1"), click_of("nobody", "1"),
                                           click_of("b", "1"), click_of("c", "1")};
  const auto outcomes = written_at_once(counting, appends_of(events));
  for (const std::size_t good : {0U, 2U, 3U}) CHECK(outcomes[good].has_value());
  REQUIRE_FALSE(outcomes[1].has_value());
  CHECK(outcomes[1].error().code == ErrorCode::not_found);
  CHECK(fixture.ledger().totals()->pending == 3);
}

TEST_CASE("Settlements and appends from many threads share a commit, each with its own answer") {
  LedgerFixture<OnSqlite> fixture;
  CountingLedger counting(fixture.ledger());
  const std::vector<SettledClaim> settled = claimed_and_delivered(fixture);
  const std::vector<SharedEvent> events = {click_of("a", "2"), click_of("b", "2"),
                                           click_of("c", "2")};
  std::vector<LedgerWrite> writes = appends_of(events);
  for (const SettledClaim& each : settled) writes.push_back({.settlements = {&each, 1}});
  const auto outcomes = written_at_once(counting, writes);
  CHECK(counting.writes == 2);
  CHECK(counting.largest == 5);
  for (std::size_t i = 0; i < 3; ++i) {
    REQUIRE(outcomes[i].has_value());
    CHECK(outcomes[i]->settled.empty());
    REQUIRE(outcomes[i]->appended.size() == 1);
    CHECK(outcomes[i]->appended.front().row.event->id == events[i]->id);

    const auto& settlement = outcomes[3 + i];
    REQUIRE(settlement.has_value());
    CHECK(settlement->appended.empty());
    REQUIRE(settlement->settled.size() == 1);
    REQUIRE(settlement->settled.front().has_value());
    CHECK(settlement->settled.front()->event->id == settled[i].claim.row.event->id);
    CHECK(settlement->settled.front()->record == settled[i].settlement.record);
  }
  CHECK(fixture.ledger().totals()->delivered == 3);
  CHECK(fixture.ledger().totals()->pending == 3);
}

TEST_CASE("An event that can't be recorded doesn't keep settlements from being stored") {
  LedgerFixture<OnSqlite> fixture;
  CountingLedger counting(fixture.ledger());
  const std::vector<SettledClaim> settled = claimed_and_delivered(fixture);
  const SharedEvent stranger = click_of("nobody", "1");
  std::vector<LedgerWrite> writes = {{.events = {&stranger, 1}, .now_at_stripe = noon}};
  for (const SettledClaim& each : settled) writes.push_back({.settlements = {&each, 1}});
  const auto outcomes = written_at_once(counting, writes);
  REQUIRE_FALSE(outcomes[0].has_value());
  CHECK(outcomes[0].error().code == ErrorCode::not_found);
  for (std::size_t i = 1; i < outcomes.size(); ++i) {
    REQUIRE(outcomes[i].has_value());
    CHECK(outcomes[i]->settled.at(0).has_value());
  }
  CHECK(fixture.ledger().totals()->delivered == 3);
}

TEST_CASE("The same key appended from many threads is one event to each of them") {
  LedgerFixture<OnSqlite> fixture;
  CountingLedger counting(fixture.ledger());
  std::vector<SharedEvent> events;
  for (int i = 0; i < 20; ++i) events.push_back(click_of("a", "key"));
  int recorded = 0;
  std::string id;
  for (const auto& outcome : written_at_once(counting, appends_of(events))) {
    REQUIRE(outcome.has_value());
    const Appended& appended = outcome->appended.front();
    recorded += appended.outcome == AppendOutcome::recorded ? 1 : 0;
    if (id.empty()) id = appended.row.event->id.text();
    CHECK(appended.row.event->id.text() == id);
  }
  CHECK(recorded == 1);
}

}  // namespace billing::tests
