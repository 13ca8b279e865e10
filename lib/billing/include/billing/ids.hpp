// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace billing {

/// An id of one kind; ids of different kinds don't mix.
template <class Kind>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }

  friend auto operator<=>(const Id&, const Id&) = default;
  friend bool operator==(const Id&, const Id&) = default;

 private:
  std::string text_;
};

using AccountId = Id<struct AccountKind>;                  // acct_…
using ProductId = Id<struct ProductKind>;                  // prod_…
using PriceId = Id<struct PriceKind>;                      // price_…
using CustomerId = Id<struct CustomerKind>;                // cus_…
using CheckoutSessionId = Id<struct CheckoutSessionKind>;  // cs_test_…, cs_live_…
using SubscriptionId = Id<struct SubscriptionKind>;        // sub_…
using ItemId = Id<struct ItemKind>;                        // si_…, a subscription item
using UsageRecordId = Id<struct UsageRecordKind>;          // mbur_…, or ii_… of a workshop
using InvoiceId = Id<struct InvoiceKind>;                  // in_…
using InvoiceItemId = Id<struct InvoiceItemKind>;          // ii_…
using PaymentMethodId = Id<struct PaymentMethodKind>;      // pm_…
using PortalConfigurationId = Id<struct PortalKind>;       // bpc_…
using WebhookEndpointId = Id<struct WebhookEndpointKind>;  // we_…
using WebhookEventId = Id<struct WebhookEventKind>;        // evt_…, one of Stripe's events
using EventId = Id<struct EventKind>;                      // use_…, made here
/// Stripe's Idempotency-Key of one write: 1 to 255 visible ASCII characters.
using IdempotencyKey = Id<struct IdempotencyKeyKind>;

/// Ids that come from clients, checked before they reach a path at Stripe: the kind's prefix, then
/// letters and digits only. `field` names the request's field in the error.
Result<CustomerId> parse_customer_id(std::string_view text, std::string_view field);
Result<PriceId> parse_price_id(std::string_view text, std::string_view field);
Result<CheckoutSessionId> parse_checkout_session_id(std::string_view text, std::string_view field);

}  // namespace billing

template <class Kind>
struct std::hash<billing::Id<Kind>> {
  std::size_t operator()(const billing::Id<Kind>& id) const noexcept {
    return std::hash<std::string>{}(id.text());
  }
};
