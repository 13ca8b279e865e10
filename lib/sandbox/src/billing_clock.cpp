// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "events.hpp"
#include "invoices.hpp"
#include "timeline.hpp"

namespace sandbox {
namespace {

void begin_next_period(World& world, Subscription& subscription) {
  if (subscription.status == "trialing") subscription.status = "active";
  subscription.period = {subscription.period.end,
                         period_end(world, subscription, ++subscription.cycle)};
  expect_period_end(world, subscription, subscription.period.start);
}

/// What a period that has ended costs, with the metered items whose usage it bills.
struct Bill {
  Invoice invoice;
  std::vector<SubscriptionItem*> metered{};
};

Bill bill_of(World& world, const Subscription& subscription, Period closed, bool trial, bool last) {
  Bill bill{draft_invoice(world, subscription, "subscription_cycle", closed.end)};
  bill.invoice.period = closed;
  for (const std::string& id : subscription.items) {
    SubscriptionItem& item = world.items.at(id);
    if (world.prices.at(item.price).metered()) {
      bill.metered.push_back(&item);
      // Usage of a trial isn't billed: its line covers no time.
      const Period billed = trial ? Period{closed.end, closed.end} : closed;
      bill.invoice.lines.push_back(metered_line(world, item, billed));
    } else if (!last) {
      bill.invoice.lines.push_back(licensed_line(world, item, subscription.period));
    }
  }
  return bill;
}

void close_usage(World& world, const Bill& bill, Period closed, const std::string& invoice) {
  for (SubscriptionItem* item : bill.metered) {
    item->closed.push_back({.id = item->open_summary,
                            .period = closed,
                            .total = usage_in(world, *item, closed),
                            .invoice = invoice});
    item->open_summary = world.ids.timed("sis_", closed.end);
  }
}

void close_period(World& world, Subscription& subscription, bool last) {
  const Pictures before = pictured(world, subscription);
  const Period closed = subscription.period;
  const bool trial = subscription.status == "trialing";
  if (!last) begin_next_period(world, subscription);
  Bill bill = bill_of(world, subscription, closed, trial, last);
  Invoice* invoice = nullptr;
  const bool pending =
      !pending_items(world, subscription.customer, subscription.id, subscription.currency).empty();
  if (!bill.invoice.lines.empty() || pending) {
    invoice = &add_draft(world, std::move(bill.invoice));
    // Nobody tries to collect what an unpaid subscription goes on to cost.
    if (subscription.status != "unpaid") await_finalization(world, *invoice, closed.end);
    close_usage(world, bill, closed, invoice->id);
  }
  emit_change(world, closed.end, "customer.subscription.updated", before, subscription);
  if (invoice != nullptr) emit(world, closed.end, "invoice.created", *invoice);
}

void finish(World& world, Subscription& subscription, std::int64_t now) {
  subscription.status = "canceled";
  subscription.ended_at = now;
  emit(world, now, "customer.subscription.deleted", subscription);
}

}  // namespace

void cancel(World& world, Subscription& subscription, std::int64_t now, std::string reason) {
  subscription.canceled_at = now;
  subscription.cancel_reason = std::move(reason);
  finish(world, subscription, now);
  stop_collection(world, subscription, now);
}

void cancel_at_period_end(Subscription& subscription, bool wanted, std::int64_t now) {
  if (wanted == subscription.cancel_at_period_end) return;
  subscription.cancel_at_period_end = wanted;
  subscription.cancel_at = wanted ? std::optional(subscription.period.end) : std::nullopt;
  subscription.canceled_at = wanted ? std::optional(now) : std::nullopt;
  subscription.cancel_reason = wanted ? Text("cancellation_requested") : std::nullopt;
}

void reach_period_end(World& world, const std::string& id) {
  Subscription& subscription = world.subscriptions.at(id);
  // Its time may have come to another end since this was planned.
  const std::int64_t boundary = subscription.period.end;
  if (subscription.ended() || boundary > time_of(world, subscription)) return;
  const bool last = subscription.cancel_at_period_end;
  close_period(world, subscription, last);
  if (last) finish(world, subscription, boundary);
}

void announce_trial_end(World& world, const std::string& id) {
  const Subscription& subscription = world.subscriptions.at(id);
  if (subscription.status != "trialing") return;
  emit(world, time_of(world, subscription), "customer.subscription.trial_will_end", subscription);
}

}  // namespace sandbox
