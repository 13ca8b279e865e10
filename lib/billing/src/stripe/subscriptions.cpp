// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_client.hpp>

#include "stripe/form.hpp"
#include "stripe/json_read.hpp"
#include "stripe/list_pages.hpp"
#include "stripe/prices_json.hpp"

// https://docs.stripe.com/api/subscriptions
namespace billing::stripe {
namespace {

Second read_second(const JsonValue& value) {
  return Second(std::chrono::seconds(value.integer()));
}

/// Up to 2025-02-24.acacia the period is the subscription's, since basil it is each item's.
Second read_period(const JsonValue& item, const JsonValue& subscription, std::string_view bound) {
  const JsonValue own = item[bound];
  return read_second(own.is_null() ? subscription[bound] : own);
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
                    .created = read_second(subscription["created"]),
                    .items = {}};
  for (const JsonValue& each : subscription["items"]["data"].elements()) {
    read.items.push_back(read_item(each, subscription));
  }
  return read;
}

InvoiceLine read_line(const JsonValue& line) {
  return {.description = line["description"].text_or_empty(),
          .quantity = line["quantity"].integer_or(0),
          .amount = {.minor = line["amount"].integer(), .currency = line["currency"].text()}};
}

struct InvoiceStart {
  UpcomingInvoice invoice;
  bool more_lines = false;
};

InvoiceStart read_invoice(const JsonValue& invoice) {
  InvoiceStart read{.invoice = {.total = {.minor = invoice["total"].integer(),
                                          .currency = invoice["currency"].text()},
                                .lines = {}},
                    .more_lines = invoice["lines"]["has_more"].boolean_or(false)};
  for (const JsonValue& each : invoice["lines"]["data"].elements()) {
    read.invoice.lines.push_back(read_line(each));
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

Result<UpcomingInvoice> Client::upcoming_invoice(const SubscriptionId& subscription, Call call) {
  const Parameters query{{"subscription", subscription.text()}};
  const auto response = get("/v1/invoices/upcoming", query, call);
  if (!response) return tl::unexpected(response.error());
  auto start = read_json(response->body, read_invoice);
  if (!start) return failure(std::move(start));
  if (start->more_lines) {
    auto lines = all_pages(pager("/v1/invoices/upcoming/lines", call), query, read_line);
    if (!lines) return failure(std::move(lines));
    start->invoice.lines = std::move(*lines);
  }
  return std::move(start->invoice);
}

}  // namespace billing::stripe
