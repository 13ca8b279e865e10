// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "money.hpp"
#include "resources.hpp"
#include "timeline.hpp"

namespace sandbox {
namespace {

constexpr std::int64_t draft_seconds = 3600;

Refusal none(const std::string& customer) {
  return {.status = 404,
          .code = "invoice_upcoming_none",
          .message = "No upcoming invoices for customer: " + customer};
}

// Of several subscriptions the one that is billed first.
const Subscription& next_billed(const World& world, const std::string& customer) {
  const Subscription* next = nullptr;
  for (const std::size_t at : world.subscriptions_by_customer.of(customer)) {
    const Subscription& each = world.subscriptions[at];
    if (each.ended() || (next != nullptr && each.period.end >= next->period.end)) continue;
    next = &each;
  }
  if (next == nullptr) throw none(customer);
  return *next;
}

const Subscription& asked_for(Call& call) {
  const Text id = call.text("subscription");
  const Text customer = call.text("customer");
  if (customer) in_param(call.world.customers, "customer", *customer, "customer");
  if (!id && !customer) {
    throw Refusal{.message = "You must specify either `customer` or `subscription`."};
  }
  if (!id) return next_billed(call.world, *customer);
  const Subscription& subscription =
      in_param(call.world.subscriptions, "subscription", *id, "subscription");
  if (subscription.ended()) throw none(subscription.customer);
  return subscription;
}

Json preview_invoice(Call& call) {
  const World& world = call.world;
  const Subscription& subscription = asked_for(call);
  const std::int64_t boundary = subscription.period.end;
  const bool trial = subscription.status == "trialing";
  Invoice invoice = draft_invoice(world, subscription, "upcoming", boundary);
  invoice.period = subscription.period;
  invoice.next_payment_attempt = boundary + draft_seconds;
  for (const std::string& id : subscription.items) {
    const SubscriptionItem& item = world.items.at(id);
    if (world.prices.at(item.price).metered()) {
      // What is used in a trial isn't billed.
      const Period used = trial ? Period{boundary, boundary} : subscription.period;
      invoice.lines.push_back(metered_line(world, item, used));
    } else if (!subscription.cancel_at_period_end) {
      const Period coming{boundary, period_end(world, subscription, subscription.cycle + 1)};
      invoice.lines.push_back(licensed_line(world, item, coming));
    }
  }
  std::int64_t used = 0;
  for (InvoiceLine& line : invoice.lines) {
    line.id = "il_tmp_" + call.world.ids.timed("", time_of(call.world, subscription));
    invoice.total = sum_of(invoice.total, line.amount);
    used = sum_of(used, line.quantity);
  }
  if (subscription.cancel_at_period_end && used == 0) throw none(subscription.customer);
  if (call.version.from(clover_date)) {
    invoice.id = call.world.ids.timed("upcoming_in_", time_of(world, subscription));
  }
  return shown(call.view(), invoice);
}

}  // namespace

Routes upcoming_invoice_routes() {
  Schema fields = with_unemulated({text("customer"), text("subscription")},
                                  {"automatic_tax",
                                   "coupon",
                                   "currency",
                                   "customer_details",
                                   "discounts",
                                   "invoice_items",
                                   "issuer",
                                   "on_behalf_of",
                                   "preview_mode",
                                   "schedule",
                                   "schedule_details",
                                   "subscription_billing_cycle_anchor",
                                   "subscription_cancel_at",
                                   "subscription_cancel_at_period_end",
                                   "subscription_cancel_now",
                                   "subscription_default_tax_rates",
                                   "subscription_details",
                                   "subscription_items",
                                   "subscription_proration_behavior",
                                   "subscription_proration_date",
                                   "subscription_resume_at",
                                   "subscription_start_date",
                                   "subscription_trial_end",
                                   "subscription_trial_from_plan"});
  Schema preview =
      with_unemulated({text("customer"), text("subscription")},
                      {"automatic_tax", "coupon", "currency", "customer_account",
                       "customer_details", "discounts", "invoice_items", "issuer", "on_behalf_of",
                       "preview_mode", "schedule", "schedule_details", "subscription_details"});
  return {{"GET", "/v1/invoices/upcoming", operation(std::move(fields)), "invoice", preview_invoice,
           until_basil},
          {"POST",
           "/v1/invoices/create_preview",
           operation(std::move(preview)),
           "invoice",
           preview_invoice,
           {.since = preview_date}}};
}

}  // namespace sandbox
