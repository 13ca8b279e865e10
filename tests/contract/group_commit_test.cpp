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
    largest = std::max(largest.load(), batch.events.size());
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

/// Appends `events` from a thread each, so that all but the first come while the first commits.
std::vector<Result<std::vector<Appended>>> appended_at_once(CountingLedger& ledger,
                                                            const std::vector<UsageEvent>& events) {
  GroupCommit group(ledger);
  ledger.before_first = [&] {
    while (group.waiting() < events.size()) std::this_thread::yield();
  };
  std::vector<Result<std::vector<Appended>>> outcomes(events.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < events.size(); ++i) {
    threads.emplace_back([&, i] { outcomes[i] = group.append({&events[i], 1}, noon); });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(group.waiting() == 0);
  return outcomes;
}

}  // namespace

TEST_CASE("Appends that come while a commit is under way share the next one") {
  LedgerFixture<OnSqlite> fixture;
  CountingLedger counting(fixture.ledger());
  std::vector<UsageEvent> events;
  for (int i = 0; i < 9; ++i) events.push_back(click_of("a", std::to_string(i)));
  const auto outcomes = appended_at_once(counting, events);
  CHECK(counting.writes == 2);
  CHECK(counting.largest == 8);
  for (std::size_t i = 0; i < events.size(); ++i) {
    REQUIRE(outcomes[i].has_value());
    REQUIRE(outcomes[i]->size() == 1);
    CHECK(outcomes[i]->front().row.event.id == events[i].id);
  }
}

TEST_CASE("An event that can't be recorded fails alone, not those that share its commit") {
  LedgerFixture<OnSqlite> fixture;
  CountingLedger counting(fixture.ledger());
  const std::vector<UsageEvent> events = {click_of("a", "1"), click_of("nobody", "1"),
                                          click_of("b", "1"), click_of("c", "1")};
  const auto outcomes = appended_at_once(counting, events);
  for (const std::size_t good : {0U, 2U, 3U}) CHECK(outcomes[good].has_value());
  REQUIRE_FALSE(outcomes[1].has_value());
  CHECK(outcomes[1].error().code == ErrorCode::not_found);
  CHECK(fixture.ledger().totals()->pending == 3);
}

TEST_CASE("The same key appended from many threads is one event to each of them") {
  LedgerFixture<OnSqlite> fixture;
  CountingLedger counting(fixture.ledger());
  std::vector<UsageEvent> events;
  for (int i = 0; i < 20; ++i) events.push_back(click_of("a", "key"));
  int recorded = 0;
  std::string id;
  for (const auto& outcome : appended_at_once(counting, events)) {
    REQUIRE(outcome.has_value());
    recorded += outcome->front().outcome == AppendOutcome::recorded ? 1 : 0;
    if (id.empty()) id = outcome->front().row.event.id.text();
    CHECK(outcome->front().row.event.id.text() == id);
  }
  CHECK(recorded == 1);
}

}  // namespace billing::tests
