// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "calendar.hpp"
#include "events.hpp"
#include "invoices.hpp"
#include "money.hpp"
#include "resources.hpp"
#include "timeline.hpp"

namespace sandbox {
namespace {

constexpr std::int64_t draft_seconds = 3600;
/// How long before a period's end its invoice is announced: a setting of the account at Stripe.
constexpr std::int64_t notice_seconds = 7 * day_seconds;

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

/// What the next invoice of a subscription would be now, and how much of it was used.
struct Upcoming {
  Invoice invoice;
  std::int64_t used = 0;
};

Upcoming upcoming_of(World& world, const Subscription& subscription) {
  const std::int64_t boundary = subscription.period.end;
  const bool trial = subscription.status == "trialing";
  Upcoming upcoming{draft_invoice(world, subscription, "upcoming", boundary)};
  Invoice& invoice = upcoming.invoice;
  invoice.period = subscription.period;
  invoice.next_payment_attempt = boundary + draft_seconds;
  for (const InvoiceItem* item :
       pending_items(world, subscription.customer, subscription.id, subscription.currency)) {
    invoice.lines.push_back(line_of(world, *item));
    upcoming.used = sum_of(upcoming.used, item->quantity);
  }
  for (const std::string& id : subscription.items) {
    const SubscriptionItem& item = world.items.at(id);
    if (world.prices.at(item.price).metered()) {
      // What is used in a trial isn't billed.
      const Period used = trial ? Period{boundary, boundary} : subscription.period;
      invoice.lines.push_back(metered_line(world, item, used));
      upcoming.used = sum_of(upcoming.used, invoice.lines.back().quantity);
    } else if (!subscription.cancel_at_period_end) {
      const Period coming{boundary, period_end(world, subscription, subscription.cycle + 1)};
      invoice.lines.push_back(licensed_line(world, item, coming));
    }
  }
  for (InvoiceLine& line : invoice.lines) {
    line.id = "il_tmp_" + world.ids.timed("", time_of(world, subscription));
  }
  add_up(invoice);
  return upcoming;
}

Json preview_invoice(Call& call) {
  World& world = call.world;
  const Subscription& subscription = asked_for(call);
  Upcoming upcoming = upcoming_of(world, subscription);
  if (subscription.cancel_at_period_end && upcoming.used == 0) throw none(subscription.customer);
  if (call.version.from(clover_date)) {
    upcoming.invoice.id = world.ids.timed("upcoming_in_", time_of(world, subscription));
  }
  return shown(call.view(), upcoming.invoice);
}

}  // namespace

void expect_period_end(World& world, const Subscription& subscription, std::int64_t now) {
  const std::int64_t end = subscription.period.end;
  schedule(world, subscription.test_clock, end, Work::period_end, subscription.id);
  if (end - notice_seconds <= now) return;
  schedule(world, subscription.test_clock, end - notice_seconds, Work::upcoming_notice,
           subscription.id);
}

void announce_upcoming(World& world, const std::string& id) {
  const Subscription& subscription = world.subscriptions.at(id);
  const std::int64_t now = time_of(world, subscription);
  // The period may have got another end since this was planned.
  if (subscription.ended() || subscription.period.end != now + notice_seconds) return;
  const Upcoming upcoming = upcoming_of(world, subscription);
  if (subscription.cancel_at_period_end && upcoming.used == 0) return;
  emit(world, now, "invoice.upcoming", upcoming.invoice);
}

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
