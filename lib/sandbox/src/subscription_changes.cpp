// SPDX-License-Identifier: Apache-2.0
#include "calendar.hpp"
#include "item_changes.hpp"
#include "money.hpp"
#include "payment_methods.hpp"
#include "resources.hpp"
#include "subscription_params.hpp"
#include "timeline.hpp"

#include <algorithm>

namespace sandbox {
namespace {

Subscription& subscription_in_path(Call& call) {
  return in_path(call.world.subscriptions, "subscription", call.ids[0]);
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

/// What an update does to the subscription's periods.
struct NewPeriods {
  bool trial_ends = false;
  bool anew = false;
  std::optional<std::int64_t> trial_end{};
  ItemChanges items{};
};

bool anchored_now(const Call& call) {
  const auto anchor = call.params.find("billing_cycle_anchor");
  if (anchor == call.params.end()) return false;
  // An object since endive.
  return (anchor->is_object() ? (*anchor)["type"] : *anchor) == "now";
}

bool has_licensed(const World& world, const Subscription& subscription) {
  return std::ranges::any_of(subscription.items, [&](const std::string& id) {
    return !world.prices.at(world.items.at(id).price).metered();
  });
}

// What the period that begins now costs.
std::int64_t licensed_total(const World& world, const NewPeriods& periods) {
  std::int64_t total = 0;
  for (const SubscriptionItem& item : periods.items.items) {
    const Price& price = periods.items.prices.named(world, item.price);
    if (price.metered()) continue;
    total = sum_of(total, priced(item.quantity.value_or(1), price.unit_amount_decimal));
  }
  return total;
}

void check_charge(const Call& call, const Subscription& subscription, const NewPeriods& periods) {
  const Text method = call.given("default_payment_method") ? call.text("default_payment_method")
                                                           : subscription.default_payment_method;
  Text behaviour = subscription.missing_payment_method;
  if (call.given("trial_settings")) {
    behaviour = call.params["trial_settings"]["end_behavior"]["missing_payment_method"];
  }
  const bool stops = periods.trial_ends && behaviour != "create_invoice";
  const bool free = periods.anew && periods.trial_end;
  if (stops || free || licensed_total(call.world, periods) == 0) return;
  const PaymentMethod& card = card_due(call.world, method, subscription.customer);
  const std::string payment = call.params.value("payment_behavior", "allow_incomplete");
  if (payment == "allow_incomplete") return;
  if (payment != "error_if_incomplete") {
    throw not_emulated("payment_behavior=" + payment, "payment_behavior");
  }
  const Verdict verdict = verdict_on(&card, Owner::absent);
  if (verdict != Verdict::paid) {
    throw payment_refusal(call.view(), verdict, card, "subscription");
  }
}

NewPeriods new_periods(Call& call, const Subscription& subscription, std::int64_t now) {
  NewPeriods periods;
  const bool trialing = subscription.status == "trialing";
  if (call.given("trial_end")) {
    const bool ends = call.params["trial_end"] == "now";
    if (!ends) check_trial(call.params, now + 1);
    periods.trial_ends = ends && trialing;
    if (!ends) periods.trial_end = call.integer("trial_end");
    periods.anew = !ends && !trialing;
  }
  if (anchored_now(call) && !periods.trial_end) periods.anew = !periods.trial_ends;
  const bool billed = periods.trial_ends || periods.anew;
  if (billed && subscription.status == "incomplete") {
    throw not_emulated("another period while the first invoice isn't paid");
  }
  // What items have used is copied with them: not for nothing.
  if (billed || call.given("items")) {
    const Json items = call.given("items") ? call.params["items"] : Json::array();
    periods.items = item_changes(call, subscription, items, "items");
  }
  const bool cut = periods.anew && !trialing && has_licensed(call.world, subscription);
  check_prorates(call.params, periods.items.prorates || cut);
  if (billed) check_charge(call, subscription, periods);
  return periods;
}

void check_end(const Call& call, const Subscription& subscription, std::int64_t now) {
  if (!call.given("cancel_at")) return;
  if (call.flag("cancel_at_period_end", false)) {
    throw exclusive("cancel_at", "cancel_at_period_end");
  }
  const World& world = call.world;
  check_cancel_at(call, interval_of(world, subscription), subscription.anchor,
                  subscription.period.end, has_licensed(world, subscription), now);
}

void assign_end(Call& call, Subscription& subscription, std::int64_t now) {
  if (call.params.contains("cancel_at")) {
    cancel_at(call.world, subscription, call.integer("cancel_at"), now);
  }
  cancel_at_period_end(subscription,
                       call.flag("cancel_at_period_end", subscription.cancel_at_period_end), now);
}

// A trial that is still running ends at another time, and with it the period.
void move_trial(World& world, Subscription& subscription, std::int64_t end, std::int64_t now) {
  if (end == subscription.period.end) return;
  subscription.trial->end = end;
  subscription.anchor = end;
  subscription.cycle = 0;
  subscription.period.end = end;
  if (subscription.cancel_at_period_end) subscription.cancel_at = end;
  expect_period_end(world, subscription, now);
}

void assign_plain(Call& call, Subscription& subscription) {
  assign(call.params, "default_payment_method", subscription.default_payment_method);
  assign(call.params, "description", subscription.description);
  assign_metadata(call.params, subscription.metadata);
  assign_cancellation(call.params, subscription);
  assign_payment_settings(call.params, subscription.payment_settings);
  if (call.given("trial_settings")) {
    subscription.missing_payment_method =
        call.params["trial_settings"]["end_behavior"]["missing_payment_method"];
  }
}

Json update_subscription(Call& call) {
  World& world = call.world;
  Subscription& subscription = subscription_in_path(call);
  check_canceled_update(call, subscription);
  check_payment_method(call, subscription.customer);
  const std::int64_t now = time_of(world, subscription);
  check_end(call, subscription, now);
  NewPeriods periods = new_periods(call, subscription, now);
  const Pictures before = pictured(world, subscription);
  if (call.given("items")) apply(call, subscription, std::move(periods.items));
  assign_plain(call, subscription);
  if (periods.trial_end && !periods.anew) move_trial(world, subscription, *periods.trial_end, now);
  assign_end(call, subscription, now);
  if (periods.trial_ends) {
    end_trial(world, subscription, now, before);
  } else if (periods.anew) {
    begin_anew(world, subscription, now, periods.trial_end, "subscription_update", before);
  } else {
    emit_change(world, now, "customer.subscription.updated", before, subscription);
    if (periods.trial_end) expect_trial_end(world, subscription, now);
  }
  return shown(call.view(), subscription);
}

Json cancel_subscription(Call& call) {
  Subscription& subscription = subscription_in_path(call);
  if (subscription.ended()) throw no_such("subscription", subscription.id);
  if (call.flag("prorate", false)) throw not_emulated("prorate", "prorate");
  assign_cancellation(call.params, subscription);
  const std::int64_t now = time_of(call.world, subscription);
  cancel(call.world, subscription, now);
  if (call.flag("invoice_now", false)) bill_rest(call.world, subscription, now);
  return shown(call.view(), subscription);
}

Json resume_subscription(Call& call) {
  World& world = call.world;
  Subscription& subscription = subscription_in_path(call);
  if (subscription.status != "paused") {
    throw Refusal{.message =
                      "You can only resume subscriptions with a status of `paused`. This "
                      "subscription has a status of `" +
                      subscription.status + "`."};
  }
  if (call.given("billing_cycle_anchor") && !anchored_now(call)) {
    throw not_emulated("an unchanged anchor", "billing_cycle_anchor");
  }
  const Json none = Json::array();
  const NewPeriods periods{.anew = true, .items = item_changes(call, subscription, none, "items")};
  check_charge(call, subscription, periods);
  const std::int64_t now = time_of(world, subscription);
  begin_anew(world, subscription, now, {}, "subscription_update", pictured(world, subscription));
  emit(world, now, "customer.subscription.resumed", subscription);
  return shown(call.view(), subscription);
}

Field cancellation_details() {
  return object("cancellation_details",
                {text("comment").unset(),
                 choice("feedback", {"customer_service", "low_quality", "missing_features", "other",
                                     "switched_service", "too_complex", "too_expensive", "unused"})
                     .unset()});
}

void add_anchor_fields(Schema& fields) {
  const Field anchor = choice("billing_cycle_anchor", {"now", "unchanged"});
  fields.push_back(Field(anchor).only({.until = endive_date}));
  fields.push_back(object("billing_cycle_anchor", {choice("type", {"now", "unchanged"}).need()})
                       .only({.since = endive_date}));
}

Schema subscription_update_schema() {
  Schema fields = {field(Kind::moment, "cancel_at").unset(),
                   field(Kind::flag, "cancel_at_period_end"),
                   cancellation_details(),
                   text("default_payment_method"),
                   text("description", 500).unset(),
                   objects("items", item_change_schema()),
                   metadata(),
                   field(Kind::flag, "off_session"),
                   payment_behavior_field(),
                   payment_settings_field(),
                   proration_behavior_field(),
                   field(Kind::now_or_moment, "trial_end"),
                   trial_settings_field()};
  add_anchor_fields(fields);
  return operation(with_unemulated(
      std::move(fields), {"add_invoice_items", "application_fee_percent", "automatic_tax",
                          "billing_thresholds", "collection_method", "coupon", "days_until_due",
                          "default_source", "default_tax_rates", "discounts", "invoice_settings",
                          "on_behalf_of", "pause_collection", "pending_invoice_item_interval",
                          "promotion_code", "proration_date", "transfer_data", "trial_from_plan"}));
}

Schema resume_schema() {
  Schema fields = {proration_behavior_field()};
  add_anchor_fields(fields);
  return operation(with_unemulated(std::move(fields), {"proration_date"}));
}

}  // namespace

Routes subscription_change_routes() {
  const std::string subscription = "/v1/subscriptions/:id";
  return {{"POST", subscription, subscription_update_schema(), "subscription", update_subscription},
          {"DELETE", subscription,
           operation({cancellation_details(), field(Kind::flag, "invoice_now"),
                      field(Kind::flag, "prorate")}),
           "subscription", cancel_subscription},
          {"POST", subscription + "/resume", resume_schema(), "subscription", resume_subscription}};
}

}  // namespace sandbox
