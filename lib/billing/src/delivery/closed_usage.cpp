// SPDX-License-Identifier: Apache-2.0
#include "delivery/closed_usage.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace billing {

UsageAtStripe usage_at_stripe(const stripe::UsageRecordSummaryPage& page) {
  UsageAtStripe at_stripe;
  for (const stripe::UsageRecordSummary& each : page.summaries) {
    if (each.is_open()) {
      at_stripe.has_open = true;
      at_stripe.boundary = each.period_start;
      at_stripe.open += each.total_usage;
    } else {
      at_stripe.closed += each.total_usage;
      if (!at_stripe.boundary && !at_stripe.has_open) at_stripe.boundary = each.period_end;
    }
  }
  if (page.more) at_stripe.from = page.summaries.back().period_start.value_or(Second());
  return at_stripe;
}

const stripe::UsageRecordSummary* closed_period_of(
    Second second, std::span<const stripe::UsageRecordSummary> summaries) {
  const auto found = std::ranges::find_if(summaries, [&](const auto& each) {
    return !each.is_open() && second > each.period_start.value_or(Second()) &&
           second <= each.period_end.value_or(Second());
  });
  return found == summaries.end() ? nullptr : &*found;
}

DoubtfulUsage judge_doubtful(std::int64_t quantity, const UsageAtStripe& at_stripe,
                             const ItemBalance& ledger) {
  // The open period's total is unstable: what it lacks proves nothing.
  const std::int64_t early = std::max<std::int64_t>(0, at_stripe.open - ledger.delivered_open);
  const std::int64_t beyond = at_stripe.closed - ledger.delivered_closed + early;
  if (beyond <= 0) return DoubtfulUsage::missing;
  if (beyond < quantity || beyond > ledger.pending_closed) return DoubtfulUsage::unexplained;
  return DoubtfulUsage::found;
}

bool line_agrees(const stripe::UsageRecordSummary& period, std::span<const InvoiceLine> lines) {
  return std::ranges::all_of(lines, [&](const InvoiceLine& line) {
    return !line.metered || line.item != period.item || line.period_end != period.period_end ||
           line.quantity == period.total_usage;
  });
}

std::string figures(const UsageAtStripe& at_stripe, const ItemBalance& ledger) {
  return fmt::format(
      "of the periods that have closed Stripe has {} and the ledger {} delivered and {} pending; "
      "of the open one Stripe has {} and the ledger {}",
      at_stripe.closed, ledger.delivered_closed, ledger.pending_closed, at_stripe.open,
      ledger.delivered_open);
}

}  // namespace billing
