// SPDX-License-Identifier: Apache-2.0
#include <billing/reconciling.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ranges>

namespace billing {
namespace {

constexpr stripe::Call all_subscriptions{.budget = std::chrono::minutes(10), .tries_max = 3};

/// The line of a period's usage; none on an invoice that is gone or has no such line.
Result<std::optional<InvoiceLine>> usage_line(stripe::Client& stripe,
                                              const stripe::UsageRecordSummary& period) {
  auto invoice = stripe.invoice(period.invoice);
  if (!invoice && invoice.error().code == ErrorCode::not_found) return std::nullopt;
  if (!invoice) return failure(std::move(invoice));
  const auto found = std::ranges::find_if(invoice->lines, [&](const InvoiceLine& line) {
    return line.metered && line.item == period.item && line.period_end == period.period_end;
  });
  if (found == invoice->lines.end()) return std::nullopt;
  return std::optional(std::move(*found));
}

Result<void> reconcile_item(Ledger& ledger, stripe::Client& stripe, const CustomerId& customer,
                            const ItemId& item, std::vector<ReconciledPeriod>& periods) {
  const auto summaries = stripe.usage_record_summaries(item);
  if (!summaries) return tl::unexpected(summaries.error());
  for (const stripe::UsageRecordSummary& each : *summaries) {
    if (each.is_open()) continue;
    const Second start = each.period_start.value_or(Second());
    const Second end = each.period_end.value_or(Second());
    const auto balance = ledger.balance(item, start, end);
    if (!balance) return tl::unexpected(balance.error());
    auto line = usage_line(stripe, each);
    if (!line) return failure(std::move(line));
    periods.push_back({.customer = customer,
                       .item = item,
                       .start = start,
                       .end = end,
                       .ledger = balance->delivered_closed,
                       .at_stripe = each.total_usage,
                       .invoice = each.invoice,
                       .line = std::move(*line)});
  }
  return {};
}

}  // namespace

std::int64_t ReconciledPeriod::difference() const {
  const std::int64_t of_total = at_stripe - ledger;
  const std::int64_t of_line = line ? line->quantity - ledger : 0;
  return std::abs(of_line) > std::abs(of_total) ? of_line : of_total;
}

std::int64_t ReconciledPeriod::amount_difference() const {
  if (!line || line->quantity == 0) return 0;
  return line->amount.minor - line->amount.minor / line->quantity * ledger;
}

Result<std::vector<ReconciledPeriod>> reconcile(
    Ledger& ledger, Store& store, stripe::Client& stripe,
    const std::function<void(const std::string&)>& tell) {
  const auto subscriptions = stripe.subscriptions(all_subscriptions);
  if (!subscriptions) return tl::unexpected(subscriptions.error());
  std::vector<ReconciledPeriod> periods;
  std::size_t done = 0;
  for (const Subscription& each : std::views::reverse(*subscriptions)) {
    tell(fmt::format("comparing with Stripe: {} of {} subscriptions", ++done,
                     subscriptions->size()));
    const auto known = store.subscriptions(each.customer);
    if (!known) return tl::unexpected(known.error());
    if (known->empty()) continue;
    for (const SubscriptionItem& item : each.items) {
      if (item.usage_type != UsageType::metered) continue;
      auto compared = reconcile_item(ledger, stripe, each.customer, item.id, periods);
      if (!compared) return failure(std::move(compared));
    }
  }
  return periods;
}

}  // namespace billing
