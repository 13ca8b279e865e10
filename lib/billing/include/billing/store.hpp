// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/accounts.hpp>
#include <billing/catalog.hpp>
#include <billing/ids.hpp>
#include <billing/result.hpp>

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

/// What was learnt of users, subscriptions and prices; it can all be read from Stripe again. Shares
/// the ledger's data file. Thread-safe; every call is one transaction; a failure means nothing
/// changed.
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

  /// Replaces what was known of that subscription.
  virtual Result<void> remember(const Subscription& subscription) = 0;
  /// Of one customer, newest first.
  virtual Result<std::vector<Subscription>> subscriptions(const CustomerId& customer) = 0;

  /// Replaces the remembered offerings, which let the server sell and record while Stripe is down.
  virtual Result<void> remember(const Offerings& offerings) = 0;
  virtual Result<Offerings> offerings() = 0;
};

}  // namespace billing
