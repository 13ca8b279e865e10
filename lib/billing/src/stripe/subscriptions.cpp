// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_client.hpp>

#include "stripe/form.hpp"
#include "stripe/json_read.hpp"
#include "stripe/list_pages.hpp"
#include "stripe/prices_json.hpp"

// https://docs.stripe.com/api/subscriptions
namespace billing::stripe {
namespace {

/// Up to 2025-02-24.acacia the period is the subscription's, since basil it is each item's.
Second read_period(const JsonValue& item, const JsonValue& subscription, std::string_view bound) {
  const JsonValue own = item[bound];
  return (own.is_null() ? subscription[bound] : own).second();
}

SubscriptionItem read_item(const JsonValue& item, const JsonValue& subscription) {
  const JsonValue price = item["price"];
  return {.id = ItemId(item["id"].text()),
          .price = PriceId(price["id"].text()),
          .product = ProductId(price["product"].id()),
          .usage_type = read_usage_type(price["recurring"]),
          .period_start = read_period(item, subscription, "current_period_start"),
          .period_end = read_period(item, subscription, "current_period_end")};
}

Subscription read_subscription(const JsonValue& subscription) {
  Subscription read{.id = SubscriptionId(subscription["id"].text()),
                    .customer = CustomerId(subscription["customer"].id()),
                    .status = subscription["status"].text(),
                    .created = subscription["created"].second(),
                    .items = {},
                    .trial_end = subscription["trial_end"].optional_second(),
                    .cancel_at_period_end = subscription["cancel_at_period_end"].boolean_or(false),
                    .ended_at = subscription["ended_at"].optional_second(),
                    .default_payment_method =
                        PaymentMethodId(subscription["default_payment_method"].id_or_empty())};
  for (const JsonValue& each : subscription["items"]["data"].elements()) {
    read.items.push_back(read_item(each, subscription));
  }
  return read;
}

}  // namespace

Result<Subscription> Client::subscription(const SubscriptionId& id, Call call) {
  return get("/v1/subscriptions/" + percent_encoded(id.text()), {}, call)
      .and_then(
          [](const HttpResponse& response) { return read_json(response.body, read_subscription); });
}

Result<std::vector<Subscription>> Client::subscriptions(const CustomerId& customer, Call call) {
  // Without a status Stripe leaves the canceled ones out.
  const Parameters query{{"customer", customer.text()}, {"status", "all"}};
  return all_pages(pager("/v1/subscriptions", call), query, read_subscription);
}

Result<std::vector<Subscription>> Client::subscriptions(Call call) {
  return all_pages(pager("/v1/subscriptions", call), {{"status", "all"}}, read_subscription);
}

}  // namespace billing::stripe
