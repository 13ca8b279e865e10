// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/ledger.hpp>

#include "simulation/safeguards.hpp"

#include <deque>
#include <map>
#include <optional>
#include <unordered_map>

namespace simulation {

/// Passes everything on, but for one safeguard that it takes away: each of these is a plausible
/// mistake, and right as long as nothing fails. (`insert_before_send` is taken from the disk,
/// `set_and_key` from the transport.)
class BrokenLedger final : public billing::Ledger {
 public:
  /// `ledger` must outlive it.
  BrokenLedger(billing::Ledger& ledger, std::optional<Safeguard> without)
      : ledger_(ledger), without_(without) {}

  billing::Result<billing::LedgerWritten> write(const billing::LedgerWrite& batch) override;
  billing::Result<std::optional<billing::RecordedEvent>> find(const billing::EventId& id) override {
    return ledger_.find(id);
  }
  billing::Result<std::optional<billing::RecordedEvent>> find(
      const billing::CustomerId& customer, const billing::IdempotencyKey& key) override {
    return ledger_.find(customer, key);
  }
  billing::Result<std::vector<billing::RecordedEvent>> list(
      const billing::EventFilter& filter) override {
    return ledger_.list(filter);
  }
  billing::Result<billing::LedgerTotals> totals() override { return ledger_.totals(); }
  billing::Result<billing::Backlog> backlog(const billing::ItemId& item) override {
    return ledger_.backlog(item);
  }
  billing::Result<billing::ItemUsage> usage(const billing::ItemId& item,
                                            billing::Second after) override {
    return ledger_.usage(item, after);
  }
  billing::Result<billing::ItemBalance> balance(const billing::ItemId& item, billing::Second from,
                                                billing::Second boundary) override {
    return ledger_.balance(item, from, boundary);
  }
  billing::Result<void> restore(const billing::ItemRestoration& restoration) override {
    return ledger_.restore(restoration);
  }
  billing::Result<std::optional<billing::Claim>> claim(billing::Moment now,
                                                       billing::Instant now_at_stripe,
                                                       std::chrono::milliseconds lease) override;
  billing::Result<std::optional<billing::Moment>> next_due() override;

 private:
  billing::Result<billing::LedgerWritten> write_with_keys_of_their_own(
      const billing::LedgerWrite& batch);
  billing::Result<billing::LedgerWritten> settle_without_fence(const billing::LedgerWrite& batch);
  billing::Result<billing::LedgerWritten> settle_in_memory(const billing::LedgerWrite& batch);
  billing::Result<std::optional<billing::Claim>> claim_and_forget(billing::Moment now,
                                                                  billing::Instant now_at_stripe,
                                                                  std::chrono::milliseconds lease);

  billing::Result<std::optional<billing::Claim>> claim_and_move(billing::Moment now,
                                                                billing::Instant now_at_stripe,
                                                                std::chrono::milliseconds lease);
  billing::Result<std::optional<billing::Claim>> claim_any(billing::Moment now,
                                                           billing::Instant now_at_stripe,
                                                           std::chrono::milliseconds lease);
  std::optional<billing::Claim> next_of_a_leased_item(billing::Instant now_at_stripe);
  billing::Result<billing::LedgerWritten> settle_in_any_order(const billing::LedgerWrite& batch);

  billing::Ledger& ledger_;
  std::optional<Safeguard> without_;
  std::unordered_map<billing::ItemId, std::int64_t> fences_;  ///< The last of each item.
  std::deque<billing::Claim> failed_;                         ///< Known to nobody else any more.
  /// Under way beside an older one of their items, and what came of them, by their sequences.
  std::map<std::int64_t, std::optional<billing::Settlement>> out_of_turn_;
};

}  // namespace simulation
