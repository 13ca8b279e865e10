// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "idempotency.hpp"
#include "ids.hpp"
#include "objects.hpp"
#include "table.hpp"

#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace sandbox {

/// When something happens by itself, and to which object.
using Agenda = std::set<std::pair<std::int64_t, std::string>>;

/// The whole state of one account. Not safe for concurrent use.
struct World {
  World(std::string account_id, std::uint64_t seed, std::int64_t now)
      : account(std::move(account_id)), created(now), ids(seed) {}

  std::string account;
  std::int64_t created;
  Ids ids;

  Table<Product> products{};
  Table<Price> prices{};
  Table<Customer> customers{};
  Table<PaymentMethod> payment_methods{};
  Table<CheckoutSession> sessions{};
  Table<Subscription> subscriptions{};
  Table<SubscriptionItem> items{};
  Table<Invoice> invoices{};

  std::unordered_map<std::string, std::string> price_by_lookup_key{};
  Index products_by_url{};
  Index prices_by_product{};
  Index customers_by_email{};
  Index payment_methods_by_customer{};
  Index sessions_by_customer{};
  Index subscriptions_by_customer{};
  Index invoices_by_customer{};
  Index invoices_by_subscription{};

  Agenda subscriptions_due{};
  Agenda sessions_due{};

  KeptAnswers answers{};
};

}  // namespace sandbox
