// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"

namespace sandbox {
namespace {

// A cycle's invoice is made and charged at the boundary. Stripe keeps it as a draft for an hour
// first, and goes on trying when the charge fails; neither is emulated yet.
void close_period(World& world, Subscription& subscription, bool last) {
  const Period closed = subscription.period;
  const bool trial = subscription.status == "trialing";
  if (!last) {
    if (trial) subscription.status = "active";
    subscription.period = {closed.end, period_end(world, subscription, ++subscription.cycle)};
    world.subscriptions_due.emplace(subscription.period.end, subscription.id);
  }
  Invoice invoice = draft_invoice(world, subscription, "subscription_cycle", closed.end);
  invoice.period = closed;
  std::vector<SubscriptionItem*> metered;
  for (const std::string& id : subscription.items) {
    SubscriptionItem& item = world.items.at(id);
    if (world.prices.at(item.price).metered()) {
      metered.push_back(&item);
      // Usage of a trial isn't billed: its line covers no time.
      const Period billed = trial ? Period{closed.end, closed.end} : closed;
      invoice.lines.push_back(metered_line(world, item, billed));
    } else if (!last) {
      invoice.lines.push_back(licensed_line(world, item, subscription.period));
    }
  }
  if (invoice.lines.empty()) return;
  const std::string invoice_id = issue(world, std::move(invoice), closed.end).id;
  for (SubscriptionItem* item : metered) {
    item->closed.push_back({.id = item->open_summary,
                            .period = closed,
                            .total = usage_in(world, *item, closed),
                            .invoice = invoice_id});
    item->open_summary = world.ids.timed("sis_", closed.end);
  }
}

void reach_period_end(World& world, Subscription& subscription) {
  if (subscription.ended()) return;
  const bool last = subscription.cancel_at_period_end;
  close_period(world, subscription, last);
  if (!last) return;
  subscription.status = "canceled";
  subscription.ended_at = subscription.period.end;
}

}  // namespace

void cancel(Subscription& subscription, std::int64_t now) {
  subscription.status = "canceled";
  subscription.canceled_at = now;
  subscription.ended_at = now;
  subscription.cancel_reason = "cancellation_requested";
}

void advance(World& world, std::int64_t now) {
  Agenda& due = world.subscriptions_due;
  while (!due.empty() && due.begin()->first <= now) {
    const std::string id = due.begin()->second;
    due.erase(due.begin());
    reach_period_end(world, world.subscriptions.at(id));
  }
  Agenda& ending = world.sessions_due;
  while (!ending.empty() && ending.begin()->first <= now) {
    CheckoutSession& session = world.sessions.at(ending.begin()->second);
    if (session.status == "open") session.status = "expired";
    ending.erase(ending.begin());
  }
}

}  // namespace sandbox
