// SPDX-License-Identifier: Apache-2.0
#include "subscription_items.hpp"

#include "events.hpp"
#include "item_changes.hpp"
#include "list.hpp"
#include "timeline.hpp"

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

/// Puts a change of one item into the world, and tells of it as one of its subscription.
void change(Call& call, Subscription& subscription, const Json& asked) {
  ItemChanges changes = item_change(call, subscription, asked);
  check_prorates(call.params, changes.prorates);
  const Pictures before = pictured(call.world, subscription);
  apply(call, subscription, std::move(changes));
  emit_change(call.world, time_of(call.world, subscription), "customer.subscription.updated",
              before, subscription);
}

// Nothing changes any more below a subscription that has ended.
Subscription& living(World& world, const std::string& id) {
  Subscription* subscription = world.subscriptions.find(id);
  if (subscription == nullptr || subscription->ended()) {
    throw no_such("subscription", id, "subscription");
  }
  return *subscription;
}

Json create_subscription_item(Call& call) {
  Subscription& subscription = living(call.world, *call.text("subscription"));
  change(call, subscription, call.params);
  return shown(call.view(), call.world.items.at(subscription.items.back()));
}

Json update_subscription_item(Call& call) {
  SubscriptionItem& item = item_in_path(call);
  Json asked = call.params;
  asked["id"] = item.id;
  change(call, living(call.world, item.subscription), asked);
  return shown(call.view(), item);
}

Json remove_subscription_item(Call& call) {
  const SubscriptionItem& item = item_in_path(call);
  Json asked = call.params;
  asked["id"] = item.id;
  asked["deleted"] = true;
  change(call, living(call.world, item.subscription), asked);
  return {{"id", item.id}, {"object", "subscription_item"}, {"deleted", true}};
}

Schema item_fields() {
  return with_unemulated(
      {metadata(), text("price"), price_data_field(false), field(Kind::whole, "quantity"),
       payment_behavior_field(), proration_behavior_field(), field(Kind::flag, "off_session")},
      {"billing_thresholds", "discounts", "plan", "proration_date", "tax_rates"});
}

Schema item_create_schema() {
  Schema fields = item_fields();
  fields.insert(fields.begin(), text("subscription").need());
  return operation(std::move(fields));
}

}  // namespace

SubscriptionItem& item_in_path(Call& call) {
  SubscriptionItem* item = call.world.items.find(call.ids[0]);
  if (item != nullptr && !item->deleted) return *item;
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
  const Schema removal = with_unemulated(
      {field(Kind::flag, "clear_usage"), proration_behavior_field()}, {"proration_date"});
  return {{"POST", "/v1/subscription_items", item_create_schema(), "subscription_item",
           create_subscription_item},
          {"POST", "/v1/subscription_items/:id", operation(item_fields()), "subscription_item",
           update_subscription_item},
          {"DELETE", "/v1/subscription_items/:id", operation(removal), "subscription_item",
           remove_subscription_item},
          {"GET", "/v1/subscription_items/:id", operation({}), "subscription_item",
           retrieve_subscription_item},
          {"GET", "/v1/subscription_items", listing({text("subscription").need()}),
           "list:subscription_item", list_subscription_items}};
}

}  // namespace sandbox
