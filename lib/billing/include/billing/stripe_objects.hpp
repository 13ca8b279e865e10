// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/accounts.hpp>
#include <billing/clock.hpp>
#include <billing/ids.hpp>
#include <billing/invoices.hpp>
#include <billing/money.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Stripe's objects as far as this product reads them, named as Stripe names them. Both shapes of
/// the API (up to 2025-02-24.acacia, and since 2025-03-31.basil) are read into the same values.
namespace billing::stripe {

using Metadata = std::map<std::string, std::string>;

struct Account {
  AccountId id;
};

struct Product {
  ProductId id;
  std::string name;
  std::string url;         ///< Empty when null.
  std::string unit_label;  ///< Empty when null.
  bool active = true;
  Metadata metadata;
};

using billing::UsageType;

struct Recurring {
  std::string interval;  ///< `month`
  int interval_count = 1;
  UsageType usage_type = UsageType::licensed;
  std::string aggregate_usage;  ///< `sum`; Stripe's null means the same and is read as `sum`.
  std::string meter;            ///< Empty when null: only then does the item take usage records.
};

struct Price {
  PriceId id;
  ProductId product;
  bool active = true;
  std::string currency;
  /// None if no whole amount is due for each unit.
  std::optional<std::int64_t> unit_amount = std::nullopt;
  std::optional<Recurring> recurring = std::nullopt;  ///< None for a one-time price.
  std::string lookup_key;                             ///< Empty when null.
  std::string nickname;                               ///< Empty when null.
  Metadata metadata;
};

struct Customer {
  CustomerId id;
  std::string email;
  bool deleted = false;
  PaymentMethodId default_payment_method = {};  ///< Of invoices; empty when null.
  Metadata metadata = {};
};

using billing::Subscription;
using billing::SubscriptionItem;

struct CheckoutSession {
  CheckoutSessionId id;
  std::string status;   ///< `open`, `complete`, `expired`
  CustomerId customer;  ///< Empty when null.
  std::optional<SubscriptionId> subscription = std::nullopt;
  std::string url;  ///< Empty once it is not open.
};

struct UsageRecord {
  UsageRecordId id;
  ItemId item;
  std::int64_t quantity = 0;
  Second timestamp;
};

/// Usage of one period of one item. Of the open period Stripe calls `total_usage` unstable.
struct UsageRecordSummary {
  ItemId item;
  std::int64_t total_usage = 0;
  InvoiceId invoice = {};                             ///< Empty of the open period.
  std::optional<Second> period_start = std::nullopt;  ///< None of an item's first period, maybe.
  std::optional<Second> period_end = std::nullopt;    ///< None of the open period, maybe.

  bool is_open() const { return invoice.empty(); }
};

/// A part of a list of them, newest period first.
struct UsageRecordSummaryPage {
  std::vector<UsageRecordSummary> summaries;
  bool more = false;  ///< Older periods are not among them.
};

using billing::InvoiceLine;

/// An invoice with what only those need who make or collect one.
struct Invoice : billing::Invoice {
  bool attempted = false;     ///< Stripe tried to collect it.
  bool auto_advance = false;  ///< Stripe finalises and collects it by itself.
  /// What the last charge was tried with that failed, or waits for its owner to confirm it; empty
  /// if none has.
  PaymentMethodId failed_payment_method = {};
  Metadata metadata = {};
};

/// An invoice that does not exist yet, as Stripe would make it now.
struct UpcomingInvoice {
  Money total;
  Second due;  ///< When it is made: the end of the period.
  std::vector<InvoiceLine> lines;
};

struct InvoiceItem {
  InvoiceItemId id;
  CustomerId customer;
  InvoiceId invoice;            ///< Empty while it waits for one.
  SubscriptionId subscription;  ///< Empty when null.
  std::string description;
  PriceId price;  ///< Empty when null.
  std::int64_t quantity = 0;
  Money amount;
  Metadata metadata;
};

/// A part of a list of them.
struct InvoiceItemPage {
  std::vector<InvoiceItem> items;
  InvoiceItemId next_after;  ///< Where the next page begins; empty on the last.
};

/// What the portal's pages let a customer do.
struct PortalConfiguration {
  PortalConfigurationId id;
  bool active = true;
  std::string headline;  ///< Empty when null.
  bool payment_method_update = false;
  bool invoice_history = false;
  bool subscription_cancel = false;
  std::string cancel_mode;  ///< `immediately`, `at_period_end`
  Metadata metadata;
};

struct PortalSession {
  std::string url;
  PortalConfigurationId configuration;
};

struct WebhookEndpoint {
  WebhookEndpointId id;
  std::string url;
  bool enabled = true;
  std::vector<std::string> enabled_events;
  std::string api_version;  ///< Empty: the account's default.
  std::string secret;       ///< Only of one that was just created.
  Metadata metadata;
};

}  // namespace billing::stripe
