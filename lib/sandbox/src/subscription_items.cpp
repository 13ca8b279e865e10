// SPDX-License-Identifier: Apache-2.0
#include "subscription_items.hpp"

#include "list.hpp"
#include "resources.hpp"

namespace sandbox {
namespace {

Json retrieve_subscription_item(Call& call) {
  return shown(call.view(), item_in_path(call));
}

Json list_subscription_items(Call& call) {
  const Subscription& subscription = in_param(call.world.subscriptions, "subscription",
                                              call.params["subscription"], "subscription");
  std::vector<Json> items;
  for (const std::string& id : subscription.items) {
    items.push_back(shown(call.view(), call.world.items.at(id)));
  }
  return list_of(call, "subscription_item", std::move(items));
}

}  // namespace

SubscriptionItem& item_in_path(Call& call) {
  SubscriptionItem* item = call.world.items.find(call.ids[0]);
  if (item != nullptr) return *item;
  // The one resource whose 404 has neither code nor param.
  throw Refusal{.status = 404, .message = "Invalid subscription_item id: " + call.ids[0]};
}

Json shown(const View& view, const SubscriptionItem& item) {
  const Price& price = view.world.prices.at(item.price);
  Json body = {{"id", item.id},
               {"object", "subscription_item"},
               {"billing_thresholds", nullptr},
               {"created", item.created},
               {"discounts", Json::array()},
               {"metadata", item.metadata},
               {"plan", plan_shown(view, price)},
               {"price", shown(view, price)},
               {"subscription", item.subscription},
               {"tax_rates", Json::array()}};
  if (view.basil()) {
    const Period& period = view.world.subscriptions.at(item.subscription).period;
    body["current_period_end"] = period.end;
    body["current_period_start"] = period.start;
  }
  if (item.quantity) body["quantity"] = *item.quantity;
  return body;
}

Routes subscription_item_routes() {
  return {{"GET", "/v1/subscription_items/:id", operation({}), "subscription_item",
           retrieve_subscription_item},
          {"GET", "/v1/subscription_items", listing({text("subscription").need()}),
           "list:subscription_item", list_subscription_items}};
}

}  // namespace sandbox
