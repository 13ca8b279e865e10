// SPDX-License-Identifier: Apache-2.0
#include "preview.hpp"

#include "billing.hpp"
#include "customers.hpp"
#include "subscription_params.hpp"
#include "timeline.hpp"

#include <algorithm>
#include <array>

namespace sandbox {
namespace {

constexpr std::array changes = {
    "cancel_at", "cancel_at_period_end", "cancel_now", "items", "start_date",
    "trial_end", "proration_behavior"};

// The changes by their names below `subscription_details`, wherever they stood.
Json changes_asked(const Call& call) {
  Json asked = Json::object();
  if (call.given("subscription_details")) asked = call.params["subscription_details"];
  for (const char* name : changes) {
    const std::string flat = std::string("subscription_") + name;
    const auto found = call.params.find(flat);
    if (found == call.params.end()) continue;
    if (asked.contains(name)) {
      throw exclusive(flat, std::string("subscription_details[") + name + "]");
    }
    asked[name] = *found;
  }
  return asked;
}

std::string items_name(const Call& call) {
  return call.params.contains("subscription_items") ? "subscription_items"
                                                    : "subscription_details[items]";
}

// Of several subscriptions the one that is billed first.
const Subscription& next_billed(const World& world, const std::string& customer) {
  const Subscription* next = nullptr;
  for (const std::size_t at : world.subscriptions_by_customer.of(customer)) {
    const Subscription& each = world.subscriptions[at];
    if (each.rests() || (next != nullptr && each.period.end >= next->period.end)) continue;
    next = &each;
  }
  if (next == nullptr) throw no_upcoming(customer);
  return *next;
}

// Made of `items` alone, for a customer: its first invoice.
Prospect begun(Call& call, const Customer& customer, const Json& asked) {
  const std::int64_t now = time_of(call.world, customer);
  Prospect prospect{.due = now, .fresh = true};
  Subscription& subscription = prospect.subscription;
  subscription.customer = customer.id;
  subscription.test_clock = customer.test_clock;
  InlinePrices inline_prices;
  std::vector<const Price*> prices;
  for (const Json& item : asked["items"]) {
    const std::string at = items_name(call) + "[" + std::to_string(prices.size()) + "]";
    const LineItem line = subscription_line(call, inline_prices, item, at);
    prices.push_back(&inline_prices.named(call.world, line.price));
    prospect.items.push_back({.id = call.world.ids.plain("si_"),
                              .price = line.price,
                              .quantity = line.quantity,
                              .metadata = line.metadata});
  }
  check_lines_agree(prices);
  subscription.currency = prices.front()->currency;
  std::optional<std::int64_t> trial_end;
  if (asked.contains("trial_end") && asked["trial_end"] != "now") {
    check_trial(asked, now + 1);
    trial_end = asked["trial_end"].get<std::int64_t>();
  }
  begin_cycle(*prices.front()->recurring, subscription, trial_end, now);
  return prospect;
}

void change_trial(const Json& asked, std::int64_t now, Prospect& prospect) {
  if (!asked.contains("trial_end")) return;
  Subscription& subscription = prospect.subscription;
  if (subscription.status != "trialing") {
    if (asked["trial_end"] == "now") return;
    throw not_emulated("a trial in the midst of a subscription", "subscription_trial_end");
  }
  if (asked["trial_end"] == "now") {
    prospect.due = now;
    subscription.period.end = now;
    subscription.anchor = now;
    return;
  }
  check_trial(asked, now + 1);
  subscription.period.end = asked["trial_end"].get<std::int64_t>();
  subscription.anchor = subscription.period.end;
  prospect.due = subscription.period.end;
}

void change_end(const Json& asked, std::int64_t now, Prospect& prospect) {
  Subscription& subscription = prospect.subscription;
  if (asked.value("cancel_now", false)) {
    prospect.due = now;
    prospect.last = true;
    return;
  }
  if (asked.contains("cancel_at_period_end")) {
    subscription.cancel_at.reset();
    if (asked["cancel_at_period_end"]) subscription.cancel_at = subscription.period.end;
  }
  if (asked.contains("cancel_at")) {
    subscription.cancel_at.reset();
    if (!asked["cancel_at"].is_null()) {
      subscription.cancel_at = asked["cancel_at"].get<std::int64_t>();
    }
  }
  if (!subscription.cancel_at || *subscription.cancel_at > prospect.due) return;
  prospect.due = std::max(*subscription.cancel_at, now);
  prospect.last = true;
}

Prospect continued(Call& call, const Subscription& subscription, const Json& asked) {
  if (subscription.rests()) throw no_upcoming(subscription.customer);
  const std::int64_t now = time_of(call.world, subscription);
  Prospect prospect{.subscription = subscription, .due = subscription.period.end};
  if (asked.contains("start_date")) {
    throw not_emulated("another start of a subscription", "subscription_start_date");
  }
  const Json none = Json::array();
  ItemChanges items = item_changes(
      call, subscription, asked.contains("items") ? asked["items"] : none, items_name(call));
  check_prorates(asked, items.prorates);
  prospect.items = std::move(items.items);
  change_trial(asked, now, prospect);
  change_end(asked, now, prospect);
  return prospect;
}

Schema detail_fields(std::string_view prefix) {
  const auto named = [&](std::string_view name) { return std::string(prefix) + std::string(name); };
  // A price that isn't there yet would have to be made to be shown.
  Schema item =
      with_unemulated({text("id"), field(Kind::flag, "clear_usage"), field(Kind::flag, "deleted"),
                       metadata(), text("price"), field(Kind::whole, "quantity")},
                      {"billing_thresholds", "discounts", "plan", "price_data", "tax_rates"});
  Schema fields = {field(Kind::moment, named("cancel_at")).unset(),
                   field(Kind::flag, named("cancel_at_period_end")),
                   field(Kind::flag, named("cancel_now")),
                   objects(named("items"), std::move(item)),
                   proration_behavior_field(named("proration_behavior")),
                   field(Kind::moment, named("start_date")),
                   field(Kind::now_or_moment, named("trial_end"))};
  for (const char* name :
       {"billing_cycle_anchor", "default_tax_rates", "proration_date", "resume_at"}) {
    fields.push_back(field(Kind::unemulated, named(name)));
  }
  return fields;
}

}  // namespace

Prospect prospect_of(Call& call) {
  World& world = call.world;
  const Text id = call.text("subscription");
  const Text customer = call.text("customer");
  if (!id && !customer) {
    throw Refusal{.message = "You must specify either `customer` or `subscription`."};
  }
  const Customer* payer = customer ? &customer_param(world, *customer) : nullptr;
  const Json asked = changes_asked(call);
  if (!id && asked.contains("items")) return begun(call, *payer, asked);
  if (!id) return continued(call, next_billed(world, payer->id), asked);
  const Subscription& subscription =
      in_param(world.subscriptions, "subscription", *id, "subscription");
  if (payer != nullptr && subscription.customer != payer->id) {
    throw no_such_named("subscription", *id, "subscription");
  }
  return continued(call, subscription, asked);
}

Schema preview_schema(bool flat) {
  Schema details = detail_fields("");
  details.push_back(metadata());
  details.push_back(field(Kind::unemulated, "billing_mode"));
  Schema fields = {text("customer"), text("subscription"), field(Kind::currency, "currency"),
                   choice("preview_mode", {"next"}),
                   object("subscription_details", std::move(details))};
  if (flat) {
    for (Field& each : detail_fields("subscription_")) fields.push_back(std::move(each));
    fields.push_back(field(Kind::unemulated, "subscription_trial_from_plan"));
    fields.push_back(field(Kind::unemulated, "coupon"));
  }
  return with_unemulated(
      std::move(fields),
      {"automatic_tax", "customer_account", "customer_details", "discounts", "invoice_items",
       "issuer", "on_behalf_of", "schedule", "schedule_details"});
}

Refusal no_upcoming(const std::string& customer) {
  return {.status = 404,
          .code = "invoice_upcoming_none",
          .message = "No upcoming invoices for customer: " + customer};
}

}  // namespace sandbox
