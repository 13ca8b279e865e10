// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/ledger.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>

namespace billing {

/// A Ledger whose appends share commits: what many threads append at once is one transaction of the
/// ledger below, with one sync of the disk. Everything else is passed on. Thread-safe.
///
/// It has no thread of its own and never lingers: whoever comes first commits for all who wait, and
/// those who come meanwhile are the next batch.
class GroupCommit final : public Ledger {
 public:
  /// `ledger` must outlive it.
  explicit GroupCommit(Ledger& ledger) : ledger_(ledger) {}

  /// As the ledger's own. What another thread appends in the same batch can't make it fail.
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

  /// Callers of `append` that have no outcome yet.
  std::size_t waiting() const;

 private:
  struct Caller;
  class Batch;

  Ledger& ledger_;
  mutable std::mutex mutex_;
  std::deque<Caller*> queue_;
};

}  // namespace billing
