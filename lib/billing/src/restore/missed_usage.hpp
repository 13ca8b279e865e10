// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/stripe_objects.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace billing {

/// One period of an item, and how much more usage Stripe has of it than the ledger delivered.
struct ComparedPeriod {
  Second start;  ///< Its seconds come after this, …
  Second end;    ///< … up to this; of the open one up to now.
  bool open = false;
  std::int64_t at_stripe = 0;
  std::int64_t delivered = 0;
  std::int64_t beyond = 0;  ///< At Stripe and not in the ledger; negative for what Stripe lacks.
};

/// Oldest first, from Stripe's list, with nothing of the ledger's yet. `first` is when the item
/// began, for a period that doesn't tell.
std::vector<ComparedPeriod> compared_periods(std::span<const stripe::UsageRecordSummary> summaries,
                                             Second first, Second now);

/// Fills in `beyond`. What a period lacks and a neighbour has too much of was counted on the other
/// side of the boundary; after this only what Stripe lacks altogether is negative.
void compare(std::vector<ComparedPeriod>& periods);

/// Where one pending event of `quantity` was counted, if Stripe has it: in its second's own period,
/// else in the oldest one with that much to spare. Null if it doesn't.
ComparedPeriod* counted_in(std::span<ComparedPeriod> periods, std::optional<Second> usage_at,
                           std::int64_t quantity);

/// A second of the period that is none of `used`, to which it is added: after the last one used, or
/// as late as possible before it. None if all are used.
std::optional<Second> unused_second(const ComparedPeriod& period, std::set<Second>& used);

}  // namespace billing
