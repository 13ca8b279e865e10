// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/accounts.hpp>
#include <billing/catalog.hpp>
#include <billing/ids.hpp>
#include <billing/invoices.hpp>
#include <billing/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace billing {

/// What one set of data belongs to: for ever one Stripe account, one mode, one catalog.
struct Binding {
  AccountId account;
  bool livemode = false;
  std::string challenge_id;

  friend bool operator==(const Binding&, const Binding&) = default;
};

/// The number of a look at Stripe, given out before it begins: of two, the one that began later
/// knows better.
using Reading = std::int64_t;

/// What was learnt of users, subscriptions, invoices and prices; it can all be read from Stripe
/// again. Shares the ledger's data file. Thread-safe; every call is one transaction; a failure
/// means nothing changed.
class Store {
 public:
  virtual ~Store() = default;

  /// Stores the binding at first use; afterwards `conflict` for any other.
  virtual Result<void> bind(const Binding& binding) = 0;
  virtual Result<std::optional<Binding>> binding() = 0;

  /// The user of that e-mail, made with `create_key` if there is none yet.
  virtual Result<User> reserve_user(const std::string& email, const IdempotencyKey& create_key) = 0;
  /// Gives the user of that e-mail its customer, once: a later one changes nothing. Answers the
  /// user as it then stands.
  virtual Result<User> set_customer(const std::string& email, const CustomerId& customer) = 0;
  virtual Result<std::optional<User>> user(const CustomerId& customer) = 0;

  /// The customer is gone at Stripe: its user gets another one, under that key, when next signing
  /// in.
  virtual Result<void> forget_customer(const CustomerId& customer,
                                       const IdempotencyKey& create_key) = 0;

  /// To be asked for before Stripe is.
  virtual Result<Reading> begin_reading() = 0;
  /// Replaces what was known of that subscription, unless that comes from a later reading. With its
  /// end it stores all that follows from it: that a final invoice is due, and which clicks came too
  /// late for it.
  virtual Result<void> remember(const Subscription& subscription, Reading reading) = 0;
  /// The same for who alone has just read.
  Result<void> remember(const Subscription& subscription);
  /// Of one customer, newest first.
  virtual Result<std::vector<Subscription>> subscriptions(const CustomerId& customer) = 0;

  /// Replaces what was known of that invoice, likewise.
  virtual Result<void> remember(const Invoice& invoice, Reading reading) = 0;
  /// It was a draft, and is gone.
  virtual Result<void> forget(const InvoiceId& invoice) = 0;
  /// Of one customer, newest first, with their lines.
  virtual Result<std::vector<Invoice>> invoices(const CustomerId& customer) = 0;

  /// Replaces the remembered offerings, which let the server sell and record while Stripe is down.
  virtual Result<void> remember(const Offerings& offerings) = 0;
  virtual Result<Offerings> offerings() = 0;
};

}  // namespace billing
