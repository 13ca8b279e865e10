// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ids.hpp>
#include <billing/money.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace billing {

/// One line of an invoice: what was used, what was bought, or an invoice item.
struct InvoiceLine {
  std::string description;
  std::int64_t quantity = 0;
  Money amount;
  /// Of a line that a subscription brings: its item; `metered` says that it is usage, of the time
  /// after `period_start` up to `period_end`.
  ItemId item = {};
  bool metered = false;
  /// Of a line that was added: the invoice item.
  InvoiceItemId invoice_item = {};
  Second period_start;
  Second period_end;

  friend bool operator==(const InvoiceLine&, const InvoiceLine&) = default;
};

/// An invoice as Stripe last told of it.
struct Invoice {
  InvoiceId id;
  CustomerId customer;
  SubscriptionId subscription;  ///< Empty for one that was made by hand.
  std::string status;           ///< Stripe's word: `draft`, `open`, `paid`, `void`, `uncollectible`
  std::string number;           ///< Empty until it is final.
  Money total;
  Money amount_remaining;
  Second created;
  std::string hosted_invoice_url;  ///< Where it can be read and paid; empty until it is final.
  std::vector<InvoiceLine> lines;

  friend bool operator==(const Invoice&, const Invoice&) = default;
};

}  // namespace billing
