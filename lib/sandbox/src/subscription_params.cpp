// SPDX-License-Identifier: Apache-2.0
#include "subscription_params.hpp"

#include "calendar.hpp"
#include "customers.hpp"
#include "item_changes.hpp"
#include "money.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace sandbox {
namespace {

constexpr std::int64_t trial_days_max = 730;

bool licensed(const Price* price) {
  return price->recurring && !price->metered();
}

Trial trial_from(const Call& call, std::int64_t time) {
  Trial trial;
  const bool now = call.params.value("trial_end", Json()) == "now";
  if (!now) {
    check_trial(call.params, time + 1);
    trial.days = call.integer("trial_period_days");
    trial.end = call.integer("trial_end");
  }
  if (call.given("trial_settings")) {
    trial.missing_payment_method =
        call.params["trial_settings"]["end_behavior"]["missing_payment_method"];
  }
  return trial;
}

bool flexible_from(const Call& call) {
  if (!call.given("billing_mode")) return call.version.from(clover_date);
  return call.params["billing_mode"]["type"] == "flexible";
}

// Until an anchor of its own, what is licensed costs nothing.
void check_payable(const Call& call, const Terms& terms, const std::vector<const Price*>& prices) {
  if (terms.leave_open) return;
  const bool later = terms.trial.days || terms.trial.end || terms.anchor;
  for (std::size_t at = 0; at < prices.size(); ++at) {
    const Price& price = *prices[at];
    if (price.metered() || (price.recurring && later)) continue;
    if (priced(terms.lines[at].quantity.value_or(1), price.unit_amount_decimal) == 0) continue;
    const PaymentMethod& card = card_due(call.world, terms.default_payment_method, terms.customer);
    const Verdict verdict = verdict_on(&card, terms.owner);
    if (verdict == Verdict::paid || call.text("payment_behavior") != "error_if_incomplete") return;
    throw payment_refusal(call.view(), verdict, card, "subscription");
  }
}

void read_payment_behavior(const Call& call, Terms& terms) {
  const std::string behavior = call.text("payment_behavior").value_or("allow_incomplete");
  if (behavior == "pending_if_incomplete") {
    throw Refusal{.message =
                      "You cannot set `payment_behavior` to `pending_if_incomplete` when creating "
                      "a subscription.",
                  .param = "payment_behavior"};
  }
  terms.leave_open = behavior == "default_incomplete";
  terms.owner = call.flag("off_session", false) ? Owner::absent : Owner::present;
}

// `billing_cycle_anchor` can't leave out a whole period.
std::optional<std::int64_t> anchor_from(const Call& call, const std::vector<const Price*>& prices,
                                        std::int64_t now) {
  const auto anchor = call.integer("billing_cycle_anchor");
  if (!anchor) return anchor;
  if (call.given("trial_end") || call.given("trial_period_days")) {
    throw not_emulated("an anchor beside a trial", "billing_cycle_anchor");
  }
  const Recurring& recurring = *prices.front()->recurring;
  if (*anchor <= now) {
    throw Refusal{.message = "billing_cycle_anchor must be a timestamp in the future.",
                  .param = "billing_cycle_anchor"};
  }
  const std::int64_t natural = after_intervals(now, recurring.interval, recurring.interval_count);
  if (*anchor > natural) {
    throw Refusal{
        .message = fmt::format("billing_cycle_anchor cannot be later than next natural billing "
                               "date ({}) for plan",
                               natural),
        .param = "billing_cycle_anchor"};
  }
  check_prorates(call.params, std::ranges::any_of(prices, licensed));
  return anchor;
}

void assign_end(const Call& call, const std::vector<const Price*>& prices, std::int64_t now,
                Terms& terms) {
  terms.cancel_at_period_end = call.flag("cancel_at_period_end", false);
  terms.cancel_at = call.integer("cancel_at");
  if (!terms.cancel_at) return;
  if (terms.cancel_at_period_end) throw exclusive("cancel_at", "cancel_at_period_end");
  const Recurring& recurring = *prices.front()->recurring;
  const auto trial = terms.trial.end_from(now);
  const std::int64_t anchor = trial ? *trial : terms.anchor.value_or(now);
  const std::int64_t first =
      anchor > now ? anchor : after_intervals(anchor, recurring.interval, recurring.interval_count);
  check_cancel_at(call, recurring, anchor, first, std::ranges::any_of(prices, licensed), now);
}

void add_invoice_items(Call& call, InlinePrices& inline_prices, Terms& terms,
                       std::vector<const Price*>& prices) {
  if (!call.given("add_invoice_items")) return;
  std::size_t index = 0;
  for (const Json& params : call.params["add_invoice_items"]) {
    const std::string at = fmt::format("add_invoice_items[{}]", index++);
    const Price& price = inline_prices.of_line(call, params, at);
    if (price.recurring) {
      throw Refusal{.message =
                        "The price specified is set to `type=recurring` but this field only "
                        "accepts prices with `type=one_time`.",
                    .param = at + "[price]"};
    }
    terms.lines.push_back({.price = price.id, .quantity = params.value("quantity", 1)});
    prices.push_back(&price);
  }
  if (index > items_max) {
    throw Refusal{.message = fmt::format("You can add at most {} invoice items.", items_max),
                  .param = "add_invoice_items"};
  }
}

}  // namespace

Refusal metered_quantity(const std::string& param) {
  return {.message = "You cannot set the quantity for metered plans.", .param = param};
}

void check_recurring(const Price& price, const std::string& param) {
  if (price.recurring) return;
  throw Refusal{.message =
                    "The price specified is set to `type=one_time` but this field only "
                    "accepts prices with `type=recurring`.",
                .param = param};
}

LineItem subscription_line(Call& call, InlinePrices& prices, const Json& params,
                           const std::string& at) {
  const Price& price = prices.of_line(call, params, at);
  check_recurring(price, at + "[price]");
  if (price.metered() && params.contains("quantity")) throw metered_quantity(at + "[quantity]");
  LineItem line{.price = price.id};
  if (!price.metered()) line.quantity = params.value("quantity", std::int64_t{1});
  assign_metadata(params, line.metadata);
  return line;
}

const PaymentMethod& card_due(const World& world, const Text& default_payment_method,
                              const std::string& customer) {
  const PaymentMethod* method = charged_method(world, default_payment_method, customer);
  if (method == nullptr) {
    throw Refusal{
        .code = "resource_missing",
        .message =
            "This customer has no attached payment source or default payment method. Please "
            "consider adding a default payment method. For more information, visit "
            "https://stripe.com/docs/billing/subscriptions/"
            "payment-methods-setting#payment-method-priority."};
  }
  return *method;
}

void check_cancel_at(const Call& call, const Recurring& recurring, std::int64_t anchor,
                     std::int64_t period_end, bool licensed, std::int64_t now) {
  constexpr std::int64_t years_max = 5;
  const std::int64_t when = *call.integer("cancel_at");
  if (when <= now || when > after_intervals(now, "year", years_max)) {
    throw Refusal{.message = "`cancel_at` must be a timestamp in the future, at most 5 years away.",
                  .param = "cancel_at"};
  }
  if (!licensed) return;
  std::int64_t boundary = anchor;
  for (std::int64_t cycle = 1; boundary < when; ++cycle) {
    boundary = after_intervals(anchor, recurring.interval, cycle * recurring.interval_count);
  }
  if (boundary == when) return;
  if (when > period_end) throw not_emulated("an end within a later period", "cancel_at");
  check_prorates(call.params, true);
}

Field trial_settings_field() {
  return object(
      "trial_settings",
      {object("end_behavior",
              {choice("missing_payment_method", {"cancel", "create_invoice", "pause"}).need()})
           .need()});
}

Field payment_settings_field() {
  return object("payment_settings",
                with_unemulated({field(Kind::texts, "payment_method_types").unset(),
                                 choice("save_default_payment_method", {"off", "on_subscription"})},
                                {"payment_method_options"}));
}

void assign_payment_settings(const Json& params, PaymentSettings& settings) {
  const auto given = params.find("payment_settings");
  if (given == params.end()) return;
  assign(*given, "payment_method_types", settings.method_types, nullptr);
  assign(*given, "save_default_payment_method", settings.save_default);
}

Schema subscription_create_schema() {
  Schema item = with_unemulated({text("price"), field(Kind::whole, "quantity"), metadata()},
                                {"billing_thresholds", "discounts", "plan", "tax_rates"});
  item.push_back(price_data_field(false));
  Schema extra = with_unemulated({text("price"), field(Kind::whole, "quantity")},
                                 {"discountable", "discounts", "metadata", "period", "tax_rates"});
  extra.push_back(price_data_field(false));
  Schema fields = {
      text("customer").need(),
      objects("items", std::move(item)).need(),
      object("billing_mode",
             with_unemulated({choice("type", {"classic", "flexible"}).need()}, {"flexible"}))
          .only({.since = billing_mode_date}),
      field(Kind::currency, "currency"),
      text("default_payment_method"),
      text("description", 500),
      metadata(),
      field(Kind::flag, "off_session"),
      payment_behavior_field(),
      field(Kind::now_or_moment, "trial_end"),
      field(Kind::positive, "trial_period_days"),
      trial_settings_field(),
      payment_settings_field(),
      objects("add_invoice_items", std::move(extra)),
      field(Kind::moment, "billing_cycle_anchor"),
      field(Kind::moment, "cancel_at"),
      field(Kind::flag, "cancel_at_period_end"),
      proration_behavior_field()};
  return operation(with_unemulated(
      std::move(fields),
      {"application_fee_percent", "automatic_tax", "backdate_start_date",
       "billing_cycle_anchor_config", "billing_thresholds", "collection_method", "coupon",
       "days_until_due", "default_source", "default_tax_rates", "discounts", "invoice_settings",
       "on_behalf_of", "pending_invoice_item_interval", "promotion_code", "transfer_data",
       "trial_from_plan"}));
}

Terms subscription_terms(Call& call) {
  Terms terms;
  // The one parameter whose missing object is a 404.
  const auto customer = call.params["customer"].get<std::string>();
  const Customer* found = call.world.customers.find(customer);
  if (found == nullptr || found->deleted) throw no_such("customer", customer, "customer");
  terms.customer = customer;
  InlinePrices inline_prices;
  std::vector<const Price*> prices;
  for (const Json& item : call.params["items"]) {
    const std::string at = fmt::format("items[{}]", prices.size());
    terms.lines.push_back(subscription_line(call, inline_prices, item, at));
    prices.push_back(&inline_prices.named(call.world, terms.lines.back().price));
  }
  if (prices.size() > items_max) {
    throw Refusal{.message = fmt::format("A subscription can have at most {} items.", items_max),
                  .param = "items"};
  }
  const std::int64_t now = time_of(call.world, *found);
  add_invoice_items(call, inline_prices, terms, prices);
  check_lines_agree(prices);
  check_payment_method(call, customer);
  terms.default_payment_method = call.text("default_payment_method");
  terms.description = call.text("description");
  assign_metadata(call.params, terms.metadata);
  terms.flexible = flexible_from(call);
  terms.trial = trial_from(call, now);
  terms.anchor = anchor_from(call, prices, now);
  assign_end(call, prices, now, terms);
  assign_payment_settings(call.params, terms.payment_settings);
  read_payment_behavior(call, terms);
  check_payable(call, terms, prices);
  inline_prices.add(call);
  return terms;
}

void check_payment_method(const Call& call, const std::string& customer) {
  const Text id = call.text("default_payment_method");
  if (!id) return;
  const PaymentMethod* method = call.world.payment_methods.find(*id);
  if (method != nullptr && method->customer == customer) return;
  throw Refusal{
      .code = "resource_missing",
      .message = fmt::format("The customer does not have a payment method with the ID {}. "
                             "The payment method must be attached to the customer.",
                             *id),
      .param = "default_payment_method"};
}

void check_lines_agree(const std::vector<const Price*>& prices) {
  const Recurring* interval = nullptr;
  std::set<std::string> seen;
  for (const Price* each : prices) {
    const Price& price = *each;
    if (!seen.insert(price.id).second) {
      throw Refusal{
          .message = fmt::format("Cannot create a Subscription with multiple Subscription "
                                 "Items with the same Price: {}",
                                 price.id),
          .param = "plan"};
    }
    if (price.currency != prices.front()->currency) {
      throw Refusal{.message =
                        "All prices on a subscription are expected to have the same currency."};
    }
    if (!price.recurring) continue;
    if (interval != nullptr && !interval->same_interval(*price.recurring)) {
      throw Refusal{.message =
                        "Checkout and subscriptions need prices of one billing interval; "
                        "these have different ones."};
    }
    interval = &*price.recurring;
  }
}

void check_trial(const Json& params, std::int64_t end_min) {
  const bool has_days = params.contains("trial_period_days");
  if (has_days && params.contains("trial_end")) throw exclusive("trial_end", "trial_period_days");
  if (has_days && params["trial_period_days"] > trial_days_max) {
    throw Refusal{.message = "The maximum number of trial period days is 730 (2 years).",
                  .param = "trial_period_days"};
  }
  if (!params.contains("trial_end")) return;
  if (params["trial_end"] > end_min + trial_days_max * day_seconds) {
    throw Refusal{.message = "The trial end can be at most 730 days (2 years) away.",
                  .param = "trial_end"};
  }
  if (params["trial_end"] < end_min) {
    throw Refusal{
        .message = fmt::format("The parameter `trial_end` expects a unix timestamp representing a "
                               "date and time in the future. You specified the value `{}` which is "
                               "in the past.",
                               params["trial_end"].get<std::int64_t>()),
        .param = "trial_end"};
  }
}

}  // namespace sandbox
