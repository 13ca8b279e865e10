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

void check_canceled_update(const Call& call, const Subscription& subscription) {
  if (!subscription.ended()) return;
  for (const auto& [name, value] : call.params.items()) {
    if (name == "metadata" || name == "cancellation_details" || name == "expand") continue;
    throw Refusal{
        .code = "invalid_canceled_subscription_fields",
        .message =
            "A canceled subscription can only update its cancellation_details and metadata."};
  }
}

void assign_cancellation(const Json& params, Subscription& subscription) {
  const auto details = params.find("cancellation_details");
  if (details == params.end()) return;
  assign(*details, "comment", subscription.cancel_comment);
  assign(*details, "feedback", subscription.cancel_feedback);
}

Json update_subscription(Call& call) {
  Subscription& subscription = in_path(call.world.subscriptions, "subscription", call.ids[0]);
  check_canceled_update(call, subscription);
  check_payment_method(call, subscription.customer);
  const Pictures before = pictured(call.world, subscription);
  assign(call.params, "default_payment_method", subscription.default_payment_method);
  assign(call.params, "description", subscription.description);
  assign_metadata(call.params, subscription.metadata);
  assign_cancellation(call.params, subscription);
  cancel_at_period_end(subscription,
                       call.flag("cancel_at_period_end", subscription.cancel_at_period_end),
                       time_of(call.world, subscription));
  emit_change(call.world, time_of(call.world, subscription), "customer.subscription.updated",
              before, subscription);
  return shown(call.view(), subscription);
}

Json cancel_subscription(Call& call) {
  Subscription& subscription = in_path(call.world.subscriptions, "subscription", call.ids[0]);
  if (subscription.ended()) throw no_such("subscription", subscription.id);
  for (const char* name : {"invoice_now", "prorate"}) {
    if (call.flag(name, false)) throw not_emulated(name, name);
  }
  assign_cancellation(call.params, subscription);
  cancel(call.world, subscription, time_of(call.world, subscription));
  return shown(call.view(), subscription);
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
  const Text price = call.text("price");
  if (price) in_param(call.world.prices, "price", *price, "price");
  const Text clock = call.text("test_clock");
  const std::string status = call.text("status").value_or("");
  const auto keep = [&](const Subscription& subscription) {
    const bool state = status == "all" || (status.empty()      ? subscription.status != "canceled"
                                           : status == "ended" ? subscription.ended()
                                                               : subscription.status == status);
    // Those with a test clock are seen only by who asks for them.
    const bool seen =
        clock ? subscription.test_clock == clock : customer.has_value() || !subscription.test_clock;
    return state && seen && has_price(call.world, subscription, price) &&
           in_range(call.params, "created", subscription.created) &&
           in_range(call.params, "current_period_start", subscription.period.start) &&
           in_range(call.params, "current_period_end", subscription.period.end);
  };
  return listed(call, "subscription", call.world.subscriptions,
                customer ? &call.world.subscriptions_by_customer.of(*customer) : nullptr, keep,
                [&](const Subscription& each) { return shown(call.view(), each); });
}

Field cancellation_details() {
  return object("cancellation_details",
                {text("comment").unset(),
                 choice("feedback", {"customer_service", "low_quality", "missing_features", "other",
                                     "switched_service", "too_complex", "too_expensive", "unused"})
                     .unset()});
}

Schema subscription_update_schema() {
  return operation(with_unemulated(
      {field(Kind::flag, "cancel_at_period_end"), cancellation_details(),
       text("default_payment_method"), text("description", 500).unset(), metadata()},
      {"add_invoice_items",  "application_fee_percent",
       "automatic_tax",      "billing_cycle_anchor",
       "billing_thresholds", "cancel_at",
       "collection_method",  "coupon",
       "days_until_due",     "default_source",
       "default_tax_rates",  "discounts",
       "invoice_settings",   "items",
       "off_session",        "on_behalf_of",
       "pause_collection",   "payment_behavior",
       "payment_settings",   "pending_invoice_item_interval",
       "promotion_code",     "proration_behavior",
       "proration_date",     "transfer_data",
       "trial_end",          "trial_from_plan",
       "trial_settings"}));
}

Schema subscription_list_schema() {
  return listing(with_unemulated(
      {text("customer"), text("price"), text("test_clock"), field(Kind::range, "created"),
       field(Kind::range, "current_period_start"), field(Kind::range, "current_period_end"),
       choice("status", {"active", "all", "canceled", "ended", "incomplete", "incomplete_expired",
                         "past_due", "paused", "trialing", "unpaid"})},
      {"automatic_tax", "collection_method", "plan"}));
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
        {"payment_method_types", nullptr},
        {"save_default_payment_method", "off"}}},
      {"start_date", subscription.created},
      {"status", subscription.status},
      {"test_clock", nullable(subscription.test_clock)}};
  add_state(subscription, body);
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
          {"POST", "/v1/subscriptions/:id", subscription_update_schema(), "subscription",
           update_subscription},
          {"DELETE", "/v1/subscriptions/:id",
           operation({cancellation_details(), field(Kind::flag, "invoice_now"),
                      field(Kind::flag, "prorate")}),
           "subscription", cancel_subscription},
          {"GET", "/v1/subscriptions", subscription_list_schema(), "list:subscription",
           list_subscriptions}};
}

}  // namespace sandbox
