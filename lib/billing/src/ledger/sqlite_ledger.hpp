// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/ledger.hpp>

#include "ledger/item_schedule.hpp"
#include "ledger/sqlite_database.hpp"

#include <mutex>

namespace billing::sqlite {

/// The Ledger on SQLite. `database` and `mutex`, which guards it, are shared with the store.
class SqliteLedger final : public Ledger {
 public:
  SqliteLedger(Database& database, std::mutex& mutex) : database_(database), mutex_(mutex) {}

  /// Queues every item that has something pending: what a crash left behind.
  Result<void> resume();

  Result<std::vector<Appended>> append(std::span<const UsageEvent> events,
                                       Instant now_at_stripe) override;
  Result<std::optional<RecordedEvent>> find(const EventId& id) override;
  Result<std::optional<RecordedEvent>> find(const CustomerId& customer,
                                            const IdempotencyKey& key) override;
  Result<std::vector<RecordedEvent>> list(const EventFilter& filter) override;
  Result<LedgerTotals> totals() override;
  Result<Backlog> backlog(const ItemId& item) override;
  Result<std::optional<Claim>> claim(Instant now, Instant now_at_stripe,
                                     std::chrono::milliseconds lease) override;
  Result<bool> settle(const Claim& claim, const Settlement& settlement) override;
  Result<std::optional<Instant>> next_due() override;

 private:
  Result<Appended> append_one(const UsageEvent& event, Second now_at_stripe);
  Result<std::optional<RecordedEvent>> by_key(const CustomerId& customer,
                                              const IdempotencyKey& key);
  Result<std::optional<Second>> free_second(const UsageEvent& event, Second now_at_stripe);
  Result<std::optional<RecordedEvent>> oldest_pending(const ItemId& item);
  Result<bool> give_second(RecordedEvent& row, Second now_at_stripe);

  Database& database_;
  std::mutex& mutex_;
  ItemSchedule schedule_;
};

}  // namespace billing::sqlite
