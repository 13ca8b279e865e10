// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/accounts.hpp>
#include <billing/http.hpp>
#include <billing/invoices.hpp>
#include <billing/money.hpp>
#include <billing/stripe_objects.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace billing {

/// The subscription's period; `end` is none where a new one has begun that was not read yet.
struct BilledPeriod {
  Second start;
  std::optional<Second> end = std::nullopt;
};

struct BilledUsage {
  std::int64_t sessions = 0;
  std::optional<Money> amount = std::nullopt;  ///< None while the item's price is not known.
};

/// Of a subscription that has ended.
struct FinalBill {
  std::optional<Invoice> invoice = std::nullopt;  ///< None: what is owed is still being found out.
};

/// What a customer's dashboard shows of money: the answer of `GET /users/bill`.
struct Bill {
  /// Stripe has just been asked; else it is what was known, and `upcoming` is not.
  bool fresh = false;
  std::optional<Subscription> subscription = std::nullopt;
  std::optional<BilledPeriod> period = std::nullopt;
  /// Of the period: all that is or will be billed, also what is on its way to Stripe. None of a
  /// subscription that bills no usage.
  std::optional<BilledUsage> usage = std::nullopt;
  std::int64_t pending = 0;  ///< What was registered and is not at Stripe yet.
  std::optional<stripe::UpcomingInvoice> upcoming = std::nullopt;
  std::vector<Invoice> invoices = {};             ///< Newest first.
  std::optional<FinalBill> final = std::nullopt;  ///< None where there is or will be none.
};

/// ```
/// {"fresh": true,
///  "subscription": {"id", "status", "trialEnd", "cancelAtPeriodEnd", "endedAt"} or null,
///  "period": {"start", "end"} or null,
///  "usage": {"sessions", "amount": MONEY or null} or null,
///  "pending": 0,
///  "upcoming": {"total": MONEY, "due", "lines": [LINE]} or null,
///  "invoices": [INVOICE],
///  "open": INVOICE or null,
///  "final": {"invoice": INVOICE or null} or null}
/// ```
/// `open` is the newest invoice that has to be paid. MONEY is `{"amount", "currency"}` in the minor
/// unit; a LINE is `{"description", "quantity", "unit": MONEY or null, "amount": MONEY}`; an
/// INVOICE is `{"id", "number", "status", "total": MONEY, "amountRemaining": MONEY, "created",
/// "url"}`, where `number` and `url` are null until it is final. Times are Unix seconds.
HttpResponse bill_response(const Bill& bill);

}  // namespace billing
