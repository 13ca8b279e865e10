// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/restoring.hpp>

#include "restore/missed_usage.hpp"

#include <set>
#include <vector>

namespace billing {

/// What is done about one item, step by step; `run` takes them.
class ItemRestoring {
 public:
  /// `pending` are its undelivered sessions in the ledger's order; `parked` of them somebody has to
  /// decide on.
  ItemRestoring(const Restoring::World& world, const Subscription& subscription,
                const SubscriptionItem& item, std::vector<RecordedEvent> pending,
                std::int64_t parked);

  /// Adds the item, and what was recovered of it.
  Result<void> run(RestoredLedger& restored);

 private:
  Result<void> send_again();
  Result<void> read_totals();
  Result<bool> read_totals_once();
  Result<void> read_used_seconds();
  Result<void> settle_doubtful();
  Result<void> settle_one(RecordedEvent row, bool& missing);
  Result<void> recover();
  Result<void> recover_one(ComparedPeriod& period, std::int64_t ordinal);
  bool stripe_lacks() const;
  Second floor() const;

  const Restoring::World& world_;
  const SubscriptionItem& item_;
  const Second created_;
  const bool live_;
  const std::int64_t parked_;
  std::vector<RecordedEvent> doubtful_;  ///< Pending, and not on a second of the open period.
  std::vector<RecordedEvent> rows_;      ///< As they are to stand.
  std::vector<ComparedPeriod> periods_;
  std::optional<std::set<Second>> used_;
  RestoredItem outcome_;
};

}  // namespace billing
