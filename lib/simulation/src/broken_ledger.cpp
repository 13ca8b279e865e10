// SPDX-License-Identifier: Apache-2.0
#include "broken_ledger.hpp"

namespace simulation {

using billing::Claim;
using billing::LedgerWrite;
using billing::LedgerWritten;
using billing::Result;

Result<LedgerWritten> BrokenLedger::write(const LedgerWrite& batch) {
  if (!batch.events.empty() && without_ == Safeguard::unique_key) {
    return write_with_keys_of_their_own(batch);
  }
  if (!batch.settlements.empty() && without_ == Safeguard::fence) {
    return settle_without_fence(batch);
  }
  if (!batch.settlements.empty() && without_ == Safeguard::settle_before_forget) {
    return settle_in_memory(batch);
  }
  return ledger_.write(batch);
}

/// As if nothing guarded (customer, key): whatever comes is a new event.
Result<LedgerWritten> BrokenLedger::write_with_keys_of_their_own(const LedgerWrite& batch) {
  std::vector<billing::SharedEvent> events;
  for (const billing::SharedEvent& each : batch.events) {
    billing::UsageEvent other = *each;
    other.key = billing::IdempotencyKey(each->key.text() + "#" + each->id.text());
    events.push_back(std::make_shared<const billing::UsageEvent>(std::move(other)));
  }
  return ledger_.write({.events = events, .now_at_stripe = batch.now_at_stripe});
}

/// As if nobody looked at the fence: every settlement passes for one of the last claim.
Result<LedgerWritten> BrokenLedger::settle_without_fence(const LedgerWrite& batch) {
  std::vector<billing::SettledClaim> settlements(batch.settlements.begin(),
                                                 batch.settlements.end());
  for (billing::SettledClaim& each : settlements) {
    each.claim.fence = fences_[each.claim.row.event->item];
  }
  return ledger_.write({.settlements = settlements});
}

/// The rows were settled when they were claimed; what failed is tried again from memory.
Result<LedgerWritten> BrokenLedger::settle_in_memory(const LedgerWrite& batch) {
  LedgerWritten written;
  for (const billing::SettledClaim& each : batch.settlements) {
    if (each.settlement.state == billing::EventState::pending) failed_.push_back(each.claim);
    written.settled.emplace_back(each.claim.row);
  }
  return written;
}

Result<std::optional<Claim>> BrokenLedger::claim(billing::Moment now,
                                                 billing::Instant now_at_stripe,
                                                 std::chrono::milliseconds lease) {
  if (without_ == Safeguard::settle_before_forget) {
    return claim_and_forget(now, now_at_stripe, lease);
  }
  Result<std::optional<Claim>> claimed = ledger_.claim(now, now_at_stripe, lease);
  if (!claimed || !*claimed) return claimed;
  billing::RecordedEvent& row = (*claimed)->row;
  fences_[row.event->item] = (*claimed)->fence;
  if (without_ == Safeguard::own_second) {
    // The second of the click, whoever else clicked in it.
    row.usage_at = billing::to_second(std::min(row.event->clicked_at, now_at_stripe));
  }
  return claimed;
}

/// Takes the event out of the outbox before it is sent.
Result<std::optional<Claim>> BrokenLedger::claim_and_forget(billing::Moment now,
                                                            billing::Instant now_at_stripe,
                                                            std::chrono::milliseconds lease) {
  if (!failed_.empty()) {
    Claim again = std::move(failed_.front());
    failed_.pop_front();
    return std::optional<Claim>(std::move(again));
  }
  Result<std::optional<Claim>> claimed = ledger_.claim(now, now_at_stripe, lease);
  if (!claimed || !*claimed) return claimed;
  const auto settled = ledger_.settle(**claimed, {.state = billing::EventState::delivered});
  if (!settled) return tl::unexpected(settled.error());
  return claimed;
}

Result<std::optional<billing::Moment>> BrokenLedger::next_due() {
  if (!failed_.empty()) return std::optional<billing::Moment>(billing::Moment::min());
  return ledger_.next_due();
}

}  // namespace simulation
