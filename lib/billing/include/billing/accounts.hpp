// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ids.hpp>
#include <billing/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace billing {

enum class UsageType { licensed, metered };

struct SubscriptionItem {
  ItemId id;
  PriceId price;
  ProductId product;
  UsageType usage_type = UsageType::licensed;
  Second period_start;
  Second period_end;
};

/// A subscription as Stripe last told of it.
struct Subscription {
  SubscriptionId id;
  CustomerId customer;
  std::string status;  ///< Stripe's word: `active`, `trialing`, `canceled`, …
  Second created;
  std::vector<SubscriptionItem> items;
  std::optional<Second> trial_end = std::nullopt;
  /// It ends with its period, unless that is taken back.
  bool cancel_at_period_end = false;
  /// Once set it stays: Stripe revives nothing.
  std::optional<Second> ended_at = std::nullopt;
  PaymentMethodId default_payment_method = {};  ///< Empty: the customer's is charged.
};

/// Whether it is in force: neither ended nor (`incomplete`) never paid for.
bool is_live(const Subscription& subscription);

/// The item that usage goes to, if there is one: metered and of that product. Never found by price,
/// since today's price need not be the one that was bought.
const SubscriptionItem* metered_item(const Subscription& subscription, const ProductId& product);

/// The subscription that speaks for a customer: the newest live one, else the newest; none of an
/// empty list.
const Subscription* current(const std::vector<Subscription>& subscriptions);

/// A person, known by e-mail. `customer` is empty until Stripe has answered; `create_key` is the
/// idempotency key under which the customer is created, kept so that a lost answer makes no second
/// one.
struct User {
  std::string email;
  IdempotencyKey create_key;
  CustomerId customer;
};

/// Trimmed, with the domain in lower case. `invalid` when it is no address (one `@`, something on
/// both sides, a dot in the domain, no blanks or control characters, 512 bytes at most as at
/// Stripe).
Result<std::string> normalise_email(std::string_view text);

}  // namespace billing
