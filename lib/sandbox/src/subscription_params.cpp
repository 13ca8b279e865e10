// SPDX-License-Identifier: Apache-2.0
#include "subscription_params.hpp"

#include "calendar.hpp"
#include "customers.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

#include <set>

namespace sandbox {
namespace {

constexpr std::int64_t trial_days_max = 730;

LineItem subscription_line_from(Call& call, const Json& params, std::size_t index) {
  const std::string at = fmt::format("items[{}]", index);
  const Price& price = price_of_line(call, params, at);
  if (!price.recurring) {
    throw Refusal{.message =
                      "The price specified is set to `type=one_time` but this field only "
                      "accepts prices with `type=recurring`.",
                  .param = at + "[price]"};
  }
  if (price.recurring->metered && params.contains("quantity")) {
    throw Refusal{.message = "You cannot set the quantity for metered plans.",
                  .param = at + "[quantity]"};
  }
  LineItem line{.price = price.id};
  if (!price.recurring->metered) line.quantity = params.value("quantity", std::int64_t{1});
  assign_metadata(params, line.metadata);
  return line;
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

void check_payable(const Call& call, const Terms& terms) {
  if (terms.leave_open || due_today(call.world, terms.lines, terms.trial) == 0) return;
  const PaymentMethod* method =
      charged_method(call.world, terms.default_payment_method, terms.customer);
  if (method == nullptr) {
    throw Refusal{
        .code = "resource_missing",
        .message =
            "This customer has no attached payment source or default payment method. Please "
            "consider adding a default payment method. For more information, visit "
            "https://stripe.com/docs/billing/subscriptions/"
            "payment-methods-setting#payment-method-priority."};
  }
  const Verdict verdict = verdict_on(method, terms.owner);
  if (verdict == Verdict::paid || call.text("payment_behavior") != "error_if_incomplete") return;
  throw payment_refusal(call.view(), verdict, *method, "subscription");
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

}  // namespace

const Price& price_of_line(Call& call, const Json& params, const std::string& at) {
  const std::string param = at + "[price]";
  if (!params.contains("price")) {
    throw Refusal{.code = "parameter_missing",
                  .message = fmt::format("Missing required param: {}.", param),
                  .param = param,
                  .executed = false};
  }
  return usable_price(call.world, params["price"], param);
}

Schema subscription_create_schema() {
  Schema item =
      with_unemulated({text("price"), field(Kind::whole, "quantity"), metadata()},
                      {"billing_thresholds", "discounts", "plan", "price_data", "tax_rates"});
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
      choice("payment_behavior", {"allow_incomplete", "default_incomplete", "error_if_incomplete",
                                  "pending_if_incomplete"}),
      field(Kind::now_or_moment, "trial_end"),
      field(Kind::positive, "trial_period_days"),
      object(
          "trial_settings",
          {object("end_behavior",
                  {choice("missing_payment_method", {"cancel", "create_invoice", "pause"}).need()})
               .need()})};
  return operation(with_unemulated(std::move(fields), {"add_invoice_items",
                                                       "application_fee_percent",
                                                       "automatic_tax",
                                                       "backdate_start_date",
                                                       "billing_cycle_anchor",
                                                       "billing_cycle_anchor_config",
                                                       "billing_thresholds",
                                                       "cancel_at",
                                                       "cancel_at_period_end",
                                                       "collection_method",
                                                       "coupon",
                                                       "days_until_due",
                                                       "default_source",
                                                       "default_tax_rates",
                                                       "discounts",
                                                       "invoice_settings",
                                                       "on_behalf_of",
                                                       "payment_settings",
                                                       "pending_invoice_item_interval",
                                                       "promotion_code",
                                                       "proration_behavior",
                                                       "transfer_data",
                                                       "trial_from_plan"}));
}

Terms subscription_terms(Call& call) {
  Terms terms;
  // The one parameter whose missing object is a 404.
  const auto customer = call.params["customer"].get<std::string>();
  const Customer* found = call.world.customers.find(customer);
  if (found == nullptr || found->deleted) throw no_such("customer", customer, "customer");
  terms.customer = customer;
  for (const Json& item : call.params["items"]) {
    terms.lines.push_back(subscription_line_from(call, item, terms.lines.size()));
  }
  check_lines_agree(call.world, terms.lines);
  check_payment_method(call, customer);
  terms.default_payment_method = call.text("default_payment_method");
  terms.description = call.text("description");
  assign_metadata(call.params, terms.metadata);
  terms.flexible = flexible_from(call);
  terms.trial = trial_from(call, time_of(call.world, *found));
  read_payment_behavior(call, terms);
  check_payable(call, terms);
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

void check_lines_agree(const World& world, const std::vector<LineItem>& lines) {
  const Recurring* interval = nullptr;
  std::set<std::string> seen;
  for (const LineItem& line : lines) {
    const Price& price = world.prices.at(line.price);
    if (!seen.insert(price.id).second) {
      throw Refusal{
          .message = fmt::format("Cannot create a Subscription with multiple Subscription "
                                 "Items with the same Price: {}",
                                 price.id),
          .param = "plan"};
    }
    if (price.currency != world.prices.at(lines.front().price).currency) {
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
