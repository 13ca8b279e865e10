// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/final_invoice_store.hpp>
#include <billing/ledger.hpp>
#include <billing/observer.hpp>
#include <billing/result.hpp>
#include <billing/store.hpp>
#include <billing/stripe_client.hpp>
#include <billing/stripe_health.hpp>

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace billing {

/// What final invoices are made with. All referred to must outlive whoever is handed it.
struct FinalInvoiceParts {
  Ledger& ledger;
  FinalInvoiceStore& rows;
  Store& store;
  stripe::Client& stripe;
  StripeHealth& health;
  Clock& clock;
  Observer& observer;
  std::string challenge_id;
};

/// How it goes with one subscription's final invoice. In memory only: a new start tries at once.
struct FinalInvoicePace {
  Moment not_before = Moment::min();
  int failures = 0;        ///< In a row.
  int refusals = 0;        ///< Of writes, likewise.
  std::string refused_by;  ///< The last of them.
  int key_number = 1;      ///< Part of each key at Stripe: leaves behind what is stored under one.
  bool without_card = false;     ///< The subscription's card is not the customer's any more.
  bool payment_refused = false;  ///< Stripe would not even try to charge it.

  friend bool operator==(const FinalInvoicePace&, const FinalInvoicePace&) = default;
};

/// Sees to it that what a subscription still owes when it has ended gets on one invoice, which is
/// paid or left open. Thread-safe; starts no thread, and waits for nothing but Stripe's answers.
///
/// Each step reads at Stripe what there is and then writes there at most once: it doesn't matter
/// who took the last step, whether its answer came, or how long ago that was. What fails is tried
/// again after a pause that grows from a second to five minutes. What Stripe refuses again and
/// again, or somebody else had a hand in, ends with a reason.
class FinalInvoices {
 public:
  explicit FinalInvoices(FinalInvoiceParts parts) : parts_(std::move(parts)) {}

  /// Takes the next step that is due; false if none is. Stripe's failures are no failures here.
  Result<bool> step();
  /// When `step` may have something to do, if anything is left; `Moment::min()` if now.
  Result<std::optional<Moment>> next_due();

 private:
  FinalInvoicePace pace_of(const SubscriptionId& subscription);
  void keep(const SubscriptionId& subscription, FinalInvoicePace pace);
  std::optional<Moment> due(const FinalInvoice& row);
  Result<bool> step_row(const FinalInvoice& row);
  Result<void> clear_up(const RecordedEvent& stray, const Subscription& subscription);
  Result<bool> step_stray();
  void failed(const SubscriptionId& subscription, FinalInvoicePace& pace, const Error& error);

  FinalInvoiceParts parts_;
  std::mutex mutex_;
  std::unordered_map<SubscriptionId, FinalInvoicePace> paces_;
};

}  // namespace billing
