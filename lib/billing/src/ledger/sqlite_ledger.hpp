// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/ledger.hpp>

#include "ledger/item_schedule.hpp"
#include "ledger/item_seconds.hpp"
#include "ledger/sqlite_database.hpp"

#include <atomic>
#include <mutex>

namespace billing::sqlite {

/// The Ledger on SQLite. `database` and `seconds`, and `mutex`, which guards them, are shared with
/// the store. Whose
/// turn it is is in memory behind a mutex of its own, so that delivery seldom waits for a commit.
class SqliteLedger final : public Ledger {
 public:
  SqliteLedger(Database& database, KnownSeconds& seconds, std::mutex& mutex)
      : database_(database), seconds_(seconds), mutex_(mutex) {}

  /// Queues every item that has something pending: what a crash left behind.
  Result<void> resume();

  Result<LedgerWritten> write(const LedgerWrite& batch) override;
  Result<std::optional<RecordedEvent>> find(const EventId& id) override;
  Result<std::optional<RecordedEvent>> find(const CustomerId& customer,
                                            const IdempotencyKey& key) override;
  Result<std::vector<RecordedEvent>> list(const EventFilter& filter) override;
  Result<LedgerTotals> totals() override;
  Result<Backlog> backlog(const ItemId& item) override;
  Result<ItemUsage> usage(const ItemId& item, Second after) override;
  Result<ItemBalance> balance(const ItemId& item, Second from, Second boundary) override;
  Result<void> restore(const ItemRestoration& restoration) override;
  Result<std::optional<Claim>> claim(Moment now, Instant now_at_stripe,
                                     std::chrono::milliseconds lease) override;
  Result<std::optional<Moment>> next_due() override;

 private:
  class HeldTurns;

  Result<void> write_all(const LedgerWrite& batch, HeldTurns& held, LedgerWritten& written);
  Result<Appended> append_one(const SharedEvent& shared, Second now_at_stripe);
  Result<std::optional<RecordedEvent>> by_key(const CustomerId& customer,
                                              const IdempotencyKey& key);
  Result<std::optional<Second>> free_second(const UsageEvent& event, Second now_at_stripe);
  Result<ItemSeconds*> seconds_of(const ItemId& item, Second now_at_stripe);
  Result<void> place_beside_end(RecordedEvent& row);
  Result<RecordedEvent> settle_one(const SettledClaim& settled);
  Result<RecordedEvent> by_sequence(std::int64_t sequence);
  Result<void> open_period(const ItemId& item, Second start);
  Result<bool> look_up_front(const ItemSchedule::Turn& turn, Moment now, Claim& claim);
  Result<bool> give_second(Claim& claim);
  Result<void> restore_all(const ItemRestoration& restoration);
  Result<void> restore_one(const RecordedEvent& row);
  Result<void> recount();

  Database& database_;
  KnownSeconds& seconds_;
  std::mutex& mutex_;
  std::mutex schedule_mutex_;  ///< Taken after `mutex_`, where both are.
  ItemSchedule schedule_;
  /// A commit failed, and what it left behind is not known: the schedule has to be derived anew.
  std::atomic<bool> schedule_in_doubt_{false};
};

}  // namespace billing::sqlite
