// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "events.hpp"
#include "list.hpp"
#include "subscription_params.hpp"
#include "timeline.hpp"

namespace sandbox {
namespace {

Json create_subscription(Call& call) {
  Terms terms = subscription_terms(call);
  return shown(call.view(), start_subscription(call.world, std::move(terms)));
}

Json retrieve_subscription(Call& call) {
  return shown(call.view(), in_path(call.world.subscriptions, "subscription", call.ids[0]));
}

bool has_price(const World& world, const Subscription& subscription, const Text& price) {
  if (!price) return true;
  for (const std::string& item : subscription.items) {
    if (world.items.at(item).price == *price) return true;
  }
  return false;
}

Json list_subscriptions(Call& call) {
  const Text customer = call.text("customer");
  if (customer) in_param(call.world.customers, "customer", *customer, "customer");
  const Text price = call.given("price") ? call.text("price") : call.text("plan");
  if (price) in_param(call.world.prices, "price", *price, call.given("price") ? "price" : "plan");
  const Text clock = call.text("test_clock");
  const std::string status = call.text("status").value_or("");
  const bool collected =
      call.params.value("collection_method", "charge_automatically") == "charge_automatically";
  const auto keep = [&](const Subscription& subscription) {
    const bool state = status == "all" || (status.empty()      ? subscription.status != "canceled"
                                           : status == "ended" ? subscription.ended()
                                                               : subscription.status == status);
    // Those with a test clock are seen only by who asks for them.
    const bool seen =
        clock ? subscription.test_clock == clock : customer.has_value() || !subscription.test_clock;
    return state && seen && collected && has_price(call.world, subscription, price) &&
           in_range(call.params, "created", subscription.created) &&
           in_range(call.params, "current_period_start", subscription.period.start) &&
           in_range(call.params, "current_period_end", subscription.period.end);
  };
  return listed(call, "subscription", call.world.subscriptions,
                customer ? &call.world.subscriptions_by_customer.of(*customer) : nullptr, keep,
                [&](const Subscription& each) { return shown(call.view(), each); });
}

Schema subscription_list_schema() {
  return listing(with_unemulated(
      {text("customer"), text("price"), text("plan"), text("test_clock"),
       choice("collection_method", {"charge_automatically", "send_invoice"}),
       field(Kind::range, "created"), field(Kind::range, "current_period_start"),
       field(Kind::range, "current_period_end"),
       choice("status", {"active", "all", "canceled", "ended", "incomplete", "incomplete_expired",
                         "past_due", "paused", "trialing", "unpaid"})},
      {"automatic_tax"}));
}

Json items_shown(const View& view, const Subscription& subscription) {
  Json items = Json::array();
  for (const std::string& item : subscription.items) {
    items.push_back(shown(view, view.world.items.at(item)));
  }
  return nested_list("/v1/subscription_items?subscription=" + subscription.id, std::move(items));
}

void add_state(const Subscription& subscription, Json& body) {
  const auto& trial = subscription.trial;
  body["cancel_at"] = nullable(subscription.cancel_at);
  body["cancel_at_period_end"] = subscription.cancel_at_period_end;
  body["canceled_at"] = nullable(subscription.canceled_at);
  body["cancellation_details"] = {{"comment", nullable(subscription.cancel_comment)},
                                  {"feedback", nullable(subscription.cancel_feedback)},
                                  {"reason", nullable(subscription.cancel_reason)}};
  body["ended_at"] = nullable(subscription.ended_at);
  body["trial_end"] = trial ? Json(trial->end) : Json(nullptr);
  body["trial_settings"] = {
      {"end_behavior", {{"missing_payment_method", subscription.missing_payment_method}}}};
  body["trial_start"] = trial ? Json(trial->start) : Json(nullptr);
}

// What it was made of when it had one plan at most, which Stripe still says of those that have one.
void add_sole_item(const View& view, const Subscription& subscription, Json& body) {
  if (subscription.items.size() != 1) return;
  const SubscriptionItem& item = view.world.items.at(subscription.items.front());
  body["plan"] = plan_shown(view, view.world.prices.at(item.price));
  body["quantity"] = item.quantity.value_or(1);
}

void add_subscription_since_basil(const View& view, const Subscription& subscription, Json& body) {
  body["billing_schedules"] = Json::array();
  body["customer_account"] = nullptr;
  body["managed_payments"] = {{"enabled", false}};
  for (const char* name : {"custom_fields", "description", "footer"}) {
    body["invoice_settings"][name] = nullptr;
  }
  if (!view.version.from(billing_mode_date)) return;
  Json flexible = nullptr;
  if (subscription.flexible) flexible = {{"proration_discounts", "included"}};
  body["billing_mode"] = {{"flexible", std::move(flexible)},
                          {"type", subscription.flexible ? "flexible" : "classic"}};
}

}  // namespace

Json shown(const View& view, const Subscription& subscription) {
  Json body = {
      {"id", subscription.id},
      {"object", "subscription"},
      {"automatic_tax", {{"disabled_reason", nullptr}, {"enabled", false}, {"liability", nullptr}}},
      {"billing_cycle_anchor", subscription.anchor},
      {"collection_method", "charge_automatically"},
      {"created", subscription.created},
      {"currency", subscription.currency},
      {"customer", subscription.customer},
      {"default_payment_method", nullable(subscription.default_payment_method)},
      {"default_tax_rates", Json::array()},
      {"description", nullable(subscription.description)},
      {"discounts", Json::array()},
      {"invoice_settings", {{"account_tax_ids", nullptr}, {"issuer", {{"type", "self"}}}}},
      {"items", items_shown(view, subscription)},
      {"latest_invoice", nullable(subscription.latest_invoice)},
      {"livemode", false},
      {"metadata", subscription.metadata},
      {"payment_settings",
       {{"payment_method_options", nullptr},
        {"payment_method_types", subscription.payment_settings.method_types},
        {"save_default_payment_method", subscription.payment_settings.save_default}}},
      {"start_date", subscription.created},
      {"status", subscription.status},
      {"test_clock", nullable(subscription.test_clock)}};
  add_state(subscription, body);
  add_sole_item(view, subscription, body);
  for (const char* name : {"application", "application_fee_percent", "billing_cycle_anchor_config",
                           "billing_thresholds", "days_until_due", "default_source",
                           "next_pending_invoice_item_invoice", "on_behalf_of", "pause_collection",
                           "pending_invoice_item_interval", "pending_setup_intent",
                           "pending_update", "schedule", "transfer_data"}) {
    body[name] = nullptr;
  }
  if (view.basil()) {
    add_subscription_since_basil(view, subscription, body);
  } else {
    body["current_period_end"] = subscription.period.end;
    body["current_period_start"] = subscription.period.start;
    body["discount"] = nullptr;
  }
  return body;
}

Routes subscription_routes() {
  return {{"POST", "/v1/subscriptions", subscription_create_schema(), "subscription",
           create_subscription},
          {"GET", "/v1/subscriptions/:id", operation({}), "subscription", retrieve_subscription},
          {"GET", "/v1/subscriptions", subscription_list_schema(), "list:subscription",
           list_subscriptions}};
}

}  // namespace sandbox
