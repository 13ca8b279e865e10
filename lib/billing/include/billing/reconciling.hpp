// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ids.hpp>
#include <billing/invoices.hpp>
#include <billing/ledger.hpp>
#include <billing/result.hpp>
#include <billing/store.hpp>
#include <billing/stripe_client.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace billing {

/// A closed period of one metered item, by three sources. In units and minor units of currency.
struct ReconciledPeriod {
  CustomerId customer;
  ItemId item;
  Second start;
  Second end;
  std::int64_t ledger = 0;     ///< Delivered on the period's seconds.
  std::int64_t at_stripe = 0;  ///< Stripe's total.
  InvoiceId invoice;
  std::optional<InvoiceLine> line = std::nullopt;  ///< Of that invoice; none if it has none.

  /// How far the farthest source is from the ledger: more than it, or, negative, less.
  std::int64_t difference() const;
  /// What the line costs beyond what the ledger's units cost at its price.
  std::int64_t amount_difference() const;
};

/// All of the users' items, oldest subscription first, newest period first. Changes nothing; `tell`
/// hears how far it is.
Result<std::vector<ReconciledPeriod>> reconcile(
    Ledger& ledger, Store& store, stripe::Client& stripe,
    const std::function<void(const std::string&)>& tell);

}  // namespace billing
