// SPDX-License-Identifier: Apache-2.0
#include "stripe_records.hpp"

#include "expected.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace simulation {
namespace {

using nlohmann::json;

/// Every object of a list, newest first.
template <class Read>
void each_of(World& world, const std::string& list, Read read) {
  std::string after;
  while (true) {
    const std::string page = list.find('?') == std::string::npos ? "?limit=100" : "&limit=100";
    const json body = json_of(world.at_stripe("GET", list + page + after), "read the records");
    for (const json& object : body.at("data")) read(object);
    if (!body.at("has_more").get<bool>()) return;
    after = "&starting_after=" + body.at("data").back().at("id").get<std::string>();
  }
}

/// Empty for null, and for what isn't there.
std::string text(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::map<std::string, std::string> metadata(const json& object) {
  return object.at("metadata").get<std::map<std::string, std::string>>();
}

StripeRecords::Subscription subscription_of(const json& object) {
  StripeRecords::Subscription one{.id = object.at("id"),
                                  .customer = object.at("customer"),
                                  .status = object.at("status"),
                                  .items = {}};
  if (!object.at("ended_at").is_null()) one.ended_at = object.at("ended_at");
  for (const json& item : object.at("items").at("data")) {
    one.items.push_back(item.at("id"));
    if (item.at("price").at("recurring").at("usage_type") == "metered") one.metered = true;
  }
  return one;
}

StripeRecords::Invoice invoice_of(const json& object) {
  StripeRecords::Invoice one{.id = object.at("id"),
                             .customer = object.at("customer"),
                             .subscription = text(object, "subscription"),
                             .status = object.at("status"),
                             .auto_advance = object.at("auto_advance"),
                             .total = object.at("total"),
                             .metadata = metadata(object),
                             .lines = {}};
  for (const json& line : object.at("lines").at("data")) {
    one.lines.push_back({.invoice_item = text(line, "invoice_item"),
                         .subscription_item = text(line, "subscription_item"),
                         .quantity = line.at("quantity"),
                         .amount = line.at("amount"),
                         .period_start = line.at("period").at("start"),
                         .period_end = line.at("period").at("end")});
  }
  return one;
}

StripeRecords::Event event_of(const json& object) {
  const json& data = object.at("data");
  StripeRecords::Event one{.id = object.at("id"),
                           .type = object.at("type"),
                           .object = text(data.at("object"), "id"),
                           .status_before = {}};
  if (const auto before = data.find("previous_attributes"); before != data.end()) {
    one.status_before = text(*before, "status");
  }
  return one;
}

}  // namespace

const StripeRecords::Subscription* StripeRecords::subscription_of_item(
    const std::string& item) const {
  const auto found = std::ranges::find_if(subscriptions, [&](const Subscription& each) {
    return std::ranges::find(each.items, item) != each.items.end();
  });
  return found == subscriptions.end() ? nullptr : &*found;
}

StripeRecords read_records(World& world) {
  StripeRecords records;
  each_of(world, "/v1/customers", [&](const json& object) {
    records.customers.push_back({.id = object.at("id"), .email = text(object, "email")});
  });
  each_of(world, "/v1/subscriptions?status=all",
          [&](const json& object) { records.subscriptions.push_back(subscription_of(object)); });
  each_of(world, "/v1/invoices",
          [&](const json& object) { records.invoices.push_back(invoice_of(object)); });
  each_of(world, "/v1/invoiceitems", [&](const json& object) {
    records.invoice_items.push_back({.id = object.at("id"),
                                     .customer = object.at("customer"),
                                     .invoice = text(object, "invoice"),
                                     .subscription = text(object, "subscription"),
                                     .quantity = object.at("quantity"),
                                     .amount = object.at("amount"),
                                     .metadata = metadata(object)});
  });
  each_of(world, "/v1/events",
          [&](const json& object) { records.events.push_back(event_of(object)); });
  return records;
}

}  // namespace simulation
