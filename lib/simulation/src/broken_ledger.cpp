// SPDX-License-Identifier: Apache-2.0
#include "broken_ledger.hpp"

#include <set>

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
  if (!batch.settlements.empty() && without_ == Safeguard::lease_per_item) {
    return settle_in_any_order(batch);
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
  if (without_ == Safeguard::settle_at_close) return claim_and_move(now, now_at_stripe, lease);
  if (without_ == Safeguard::lease_per_item) return claim_any(now, now_at_stripe, lease);
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

/// What the old period takes no more goes into the open one at once.
Result<std::optional<Claim>> BrokenLedger::claim_and_move(billing::Moment now,
                                                          billing::Instant now_at_stripe,
                                                          std::chrono::milliseconds lease) {
  while (true) {
    Result<std::optional<Claim>> claimed = ledger_.claim(now, now_at_stripe, lease);
    if (!claimed || !*claimed || !(*claimed)->is_in_doubt()) return claimed;
    const auto moved = ledger_.settle(
        **claimed, {.raise_attempt = true, .retry_at = now, .choose_second_anew = true});
    if (!moved) return tl::unexpected(moved.error());
  }
}

/// Where every item is leased, another event of one of them.
Result<std::optional<Claim>> BrokenLedger::claim_any(billing::Moment now,
                                                     billing::Instant now_at_stripe,
                                                     std::chrono::milliseconds lease) {
  while (true) {
    Result<std::optional<Claim>> claimed = ledger_.claim(now, now_at_stripe, lease);
    if (!claimed) return claimed;
    if (!*claimed) return next_of_a_leased_item(now_at_stripe);
    const auto settled = out_of_turn_.find((*claimed)->row.sequence);
    if (settled == out_of_turn_.end() || !settled->second) return claimed;
    const auto stored = ledger_.settle(**claimed, *settled->second);
    if (!stored) return tl::unexpected(stored.error());
    out_of_turn_.erase(settled);
  }
}

std::optional<Claim> BrokenLedger::next_of_a_leased_item(billing::Instant now_at_stripe) {
  const auto rows = ledger_.list({.state = billing::EventState::pending, .limit = 1'000});
  if (!rows) return std::nullopt;
  std::set<std::string> oldest_seen;
  for (auto row = rows->rbegin(); row != rows->rend(); ++row) {
    const bool is_oldest = oldest_seen.insert(row->event->item.text()).second;
    if (is_oldest || !row->usage_at || *row->usage_at > billing::to_second(now_at_stripe)) continue;
    if (!out_of_turn_.try_emplace(row->sequence).second) continue;
    return Claim{.row = *row, .claimed_at = now_at_stripe};
  }
  return std::nullopt;
}

Result<LedgerWritten> BrokenLedger::settle_in_any_order(const LedgerWrite& batch) {
  LedgerWritten written;
  for (const billing::SettledClaim& each : batch.settlements) {
    const std::int64_t sequence = each.claim.row.sequence;
    if (each.claim.fence != 0) {
      auto settled = ledger_.settle(each.claim, each.settlement);
      if (!settled) return tl::unexpected(settled.error());
      written.settled.push_back(std::move(*settled));
      continue;
    }
    if (each.settlement.state == billing::EventState::delivered) {
      out_of_turn_[sequence] = each.settlement;
    } else {
      out_of_turn_.erase(sequence);
    }
    written.settled.emplace_back(each.claim.row);
  }
  return written;
}

Result<std::optional<billing::Moment>> BrokenLedger::next_due() {
  if (!failed_.empty()) return std::optional<billing::Moment>(billing::Moment::min());
  return ledger_.next_due();
}

}  // namespace simulation
