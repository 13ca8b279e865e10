// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/ledger.hpp>

#include <cstddef>
#include <deque>
#include <mutex>

namespace billing {

/// A Ledger whose writes share commits: what many threads record and settle at once is one
/// transaction of the ledger below, with one sync of the disk. Everything else is passed on.
/// Thread-safe.
///
/// It has no thread of its own and never lingers: whoever comes first commits for all who wait,
/// then for those who came meanwhile, and after a few batches hands that over to the next in the
/// queue.
class GroupCommit final : public Ledger {
 public:
  /// `ledger` must outlive it.
  explicit GroupCommit(Ledger& ledger) : ledger_(ledger) {}

  /// As the ledger's own. What another thread writes in the same batch can't make it fail.
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

  /// Callers of `write` that have no outcome yet.
  std::size_t waiting() const;

 private:
  struct Caller;
  class Batch;

  bool join_queue(Caller& caller);
  void lead(Caller& leader);

  Ledger& ledger_;
  mutable std::mutex mutex_;
  std::deque<Caller*> queue_;
};

}  // namespace billing
