// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/invoices.hpp>
#include <billing/ledger.hpp>
#include <billing/stripe_objects.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace billing {

/// How long after a billing period's end its total is taken for final: longer than anything can be
/// on its way, and than the few minutes in which Stripe may still take usage of the old period.
inline constexpr std::chrono::minutes period_is_final_after(30);

/// What Stripe has of one item's usage.
struct UsageAtStripe {
  /// When the open period began, or, if there is none any more, the last one ended; none if that is
  /// not told, as of an item's first one.
  std::optional<Second> boundary = std::nullopt;
  bool has_open = false;  ///< The subscription goes on.
  Second from = {};       ///< Periods that began before are not counted in.
  std::int64_t closed = 0;
  std::int64_t open = 0;
};

UsageAtStripe usage_at_stripe(const stripe::UsageRecordSummaryPage& page);

/// The closed period that a second lies in, if it is among them.
const stripe::UsageRecordSummary* closed_period_of(
    Second second, std::span<const stripe::UsageRecordSummary> summaries);

/// What is to be thought of an event whose period closed while it was not known whether Stripe has
/// it.
enum class DoubtfulUsage {
  found,        ///< Stripe has it.
  missing,      ///< Stripe doesn't.
  unexplained,  ///< Stripe has more than the ledger can explain, or a part of it.
};

/// By the totals of all periods together, since usage from about a period's end may have been
/// counted in the next one. Events go to Stripe one at a time and in the ledger's order: what
/// Stripe has beyond the delivered ones is the first of those that are pending, and this is the
/// first.
DoubtfulUsage judge_doubtful(std::int64_t quantity, const UsageAtStripe& at_stripe,
                             const ItemBalance& ledger);

/// Whether the invoice's line says the same as the period's total; true where there is none.
bool line_agrees(const stripe::UsageRecordSummary& period, std::span<const InvoiceLine> lines);

/// The figures, for a person.
std::string figures(const UsageAtStripe& at_stripe, const ItemBalance& ledger);

}  // namespace billing
