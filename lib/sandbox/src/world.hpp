// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "event_log.hpp"
#include "idempotency.hpp"
#include "ids.hpp"
#include "metering.hpp"
#include "objects.hpp"
#include "payment_objects.hpp"
#include "rate_limit.hpp"
#include "sandbox/sandbox.hpp"
#include "table.hpp"
#include "webhook_endpoint.hpp"

#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace sandbox {

/// The whole state of one account. Not safe for concurrent use. A stalled call keeps it alive when
/// the stand-in is reset.
struct World : std::enable_shared_from_this<World> {
  World(std::string account_id, std::string pages, std::uint64_t seed, std::int64_t time)
      : account(std::move(account_id)),
        public_url(std::move(pages)),
        created(time),
        now(time),
        ids(seed) {}

  std::string account;
  /// Where its hosted pages are, without a trailing slash.
  std::string public_url;
  std::int64_t created;
  /// The sandbox's time, by which everything without a test clock lives.
  std::int64_t now;
  Ids ids;
  AfterRetries after_retries = AfterRetries::cancel;

  Table<Product> products{};
  Table<Price> prices{};
  Table<Customer> customers{};
  Table<PaymentMethod> payment_methods{};
  Table<SetupIntent> setup_intents{};
  Table<CheckoutSession> sessions{};
  Table<Subscription> subscriptions{};
  Table<SubscriptionItem> items{};
  Table<Invoice> invoices{};
  Table<InvoiceItem> invoice_items{};
  Table<InvoicePayment> invoice_payments{};
  Table<PaymentIntent> payment_intents{};
  Table<Charge> charges{};
  Table<TestClock> test_clocks{};
  Table<PortalConfiguration> portal_configurations{};
  Table<PortalSession> portal_sessions{};

  std::unordered_map<std::string, std::string> price_by_lookup_key{};
  std::unordered_map<std::string, std::string> portal_session_by_secret{};
  Index products_by_url{};
  Index prices_by_product{};
  Index customers_by_email{};
  Index customers_by_clock{};
  Index payment_methods_by_customer{};
  Index setup_intents_by_customer{};
  Index sessions_by_customer{};
  Index subscriptions_by_customer{};
  Index invoices_by_customer{};
  Index invoices_by_subscription{};
  std::unordered_map<std::string, std::string> invoice_by_secret{};
  Index invoice_items_by_customer{};
  /// Those that no invoice has taken yet, by customer.
  Index pending_items{};
  Index invoice_payments_by_invoice{};
  Index payment_intents_by_customer{};
  Index charges_by_customer{};

  Metering metering{};

  Agenda agenda{};

  EventLog events{};
  /// The versions besides the default that events are kept in.
  std::set<Version> event_versions{};
  /// Of what happens now.
  Cause cause{};
  Table<WebhookEndpoint> webhook_endpoints{};
  /// What shuffles, duplicates and delays webhooks; they go in order without it.
  std::optional<std::mt19937_64> chaos{};

  KeptAnswers answers{};
  CallRates rates{};
  /// What stalled calls are about to write to.
  std::set<std::string, std::less<>> locked{};
};

}  // namespace sandbox
