// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ledger.hpp>

#include "ledger/postgres_database.hpp"

namespace billing::postgres {

/// The Ledger on PostgreSQL, for several servers at once. All referred to must outlive it.
///
/// Whose turn an item's events have stands in the item's row: when it is due, by the database's
/// clock, and under which fence. Whoever records, claims or settles locks that row first, so that
/// what happens to one item happens in one order; what happens to different items, at once.
class PostgresLedger final : public Ledger {
 public:
  struct Sessions {
    Session& writes;
    Session& turns;
    Session& reads;
  };
  PostgresLedger(Sessions sessions, const Clock& clock) : sessions_(sessions), clock_(clock) {}

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
  Sessions sessions_;
  const Clock& clock_;
};

}  // namespace billing::postgres
