// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>
#include <billing/store.hpp>
#include <billing/stripe_client.hpp>
#include <billing/stripe_health.hpp>

#include <vector>

namespace billing {

/// Brings what the store knows up to Stripe's word: each call reads, stores what it found unless
/// somebody who began to read later was faster, and answers it. Thread-safe; waits for Stripe as
/// the Call says.
class Refresh {
 public:
  /// All referred to must outlive it.
  Refresh(stripe::Client& stripe, Store& store, StripeHealth& health)
      : stripe_(stripe), store_(store), health_(health) {}

  Result<Subscription> subscription(const SubscriptionId& id, const stripe::Call& call);
  /// All of a customer, newest first.
  Result<std::vector<Subscription>> subscriptions(const CustomerId& customer,
                                                  const stripe::Call& call);

  /// `not_found` for a draft that was deleted, which is then forgotten.
  Result<stripe::Invoice> invoice(const InvoiceId& id, const stripe::Call& call);
  /// All of a customer, newest first.
  Result<std::vector<stripe::Invoice>> invoices(const CustomerId& customer,
                                                const stripe::Call& call);

  /// One that is deleted has no user any more from then on.
  Result<stripe::Customer> customer(const CustomerId& id, const stripe::Call& call);

 private:
  stripe::Client& stripe_;
  Store& store_;
  StripeHealth& health_;
};

}  // namespace billing
