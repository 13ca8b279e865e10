// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "events.hpp"
#include "invoices.hpp"
#include "timeline.hpp"

#include <algorithm>

namespace sandbox {
namespace {

/// How a period ends, and what follows it.
struct Turn {
  std::int64_t at = 0;
  /// Nothing follows.
  bool last = false;
  /// It is counted anew from here, with a trial first where there is one.
  bool anew = false;
  std::optional<std::int64_t> trial_end{};
  std::string reason = "subscription_cycle";
};

void begin_next_period(World& world, Subscription& subscription, const Turn& turn) {
  if (subscription.status == "trialing" || subscription.status == "paused") {
    subscription.status = "active";
    if (subscription.trial) subscription.trial->end = std::min(subscription.trial->end, turn.at);
  }
  if (turn.anew) {
    begin_cycle(interval_of(world, subscription), subscription, turn.trial_end, turn.at);
  } else {
    subscription.period = {subscription.period.end,
                           period_end(world, subscription, ++subscription.cycle)};
  }
  if (subscription.cancel_at_period_end) subscription.cancel_at = subscription.period.end;
  expect_period_end(world, subscription, turn.at);
}

// Usage of a trial isn't billed: its line covers no time.
Invoice bill_of(const World& world, const Subscription& subscription, Period closed, bool free,
                const Turn& turn) {
  Invoice invoice = draft_invoice(world, subscription, turn.reason, closed.end);
  invoice.period = closed;
  for (const std::string& id : subscription.items) {
    const SubscriptionItem& item = world.items.at(id);
    if (world.prices.at(item.price).metered()) {
      invoice.lines.push_back(
          metered_line(world, item, free ? Period{closed.end, closed.end} : closed));
    } else if (!turn.last) {
      invoice.lines.push_back(subscription.status == "trialing"
                                  ? trial_line(world, item, subscription.period)
                                  : licensed_line(world, item, subscription.period));
    }
  }
  return invoice;
}

void close_usage(World& world, const Subscription& subscription, Period closed,
                 const std::string& invoice) {
  for (const std::string& id : subscription.items) {
    SubscriptionItem& item = world.items.at(id);
    if (!world.prices.at(item.price).metered()) continue;
    item.closed.push_back({.id = item.open_summary,
                           .period = closed,
                           .total = usage_in(world, item, closed),
                           .invoice = invoice});
    item.open_summary = world.ids.timed("sis_", closed.end);
  }
}

// A cycle's invoice is a draft for an hour; one that somebody asked for is charged at once.
void close_period(World& world, Subscription& subscription, const Turn& turn,
                  const Pictures& before) {
  const Period closed{subscription.period.start, turn.at};
  const bool free = subscription.status == "trialing" || subscription.status == "paused";
  if (!turn.last) begin_next_period(world, subscription, turn);
  Invoice bill = bill_of(world, subscription, closed, free, turn);
  Invoice* invoice = nullptr;
  // Nobody tries to collect what an unpaid subscription goes on to cost.
  const bool collected = subscription.status != "unpaid";
  if (!bill.lines.empty() || has_pending_items(world, subscription)) {
    invoice = &add_draft(world, std::move(bill));
    if (collected && !turn.anew) await_finalization(world, *invoice, turn.at);
    close_usage(world, subscription, closed, invoice->id);
  }
  emit_change(world, closed.end, "customer.subscription.updated", before, subscription);
  if (invoice == nullptr) return;
  emit(world, closed.end, "invoice.created", *invoice);
  if (collected && turn.anew) collect(world, *invoice, turn.at);
}

void finish(World& world, Subscription& subscription, std::int64_t now) {
  subscription.status = "canceled";
  subscription.ended_at = now;
  emit(world, now, "customer.subscription.deleted", subscription);
}

bool has_card(const World& world, const Subscription& subscription) {
  return charged_method(world, subscription.default_payment_method, subscription.customer) !=
         nullptr;
}

void pause(World& world, Subscription& subscription, std::int64_t now, const Pictures& before) {
  subscription.status = "paused";
  if (subscription.trial) subscription.trial->end = std::min(subscription.trial->end, now);
  emit_change(world, now, "customer.subscription.updated", before, subscription);
  emit(world, now, "customer.subscription.paused", subscription);
}

// A trial that ends without a card goes on as its customer wants it. True when it doesn't go on.
bool stopped_without_card(World& world, Subscription& subscription, std::int64_t now,
                          const Pictures& before) {
  if (subscription.status != "trialing" || has_card(world, subscription)) return false;
  if (subscription.missing_payment_method == "pause") {
    pause(world, subscription, now, before);
  } else if (subscription.missing_payment_method == "cancel") {
    cancel(world, subscription, now);
  } else {
    return false;
  }
  return true;
}

}  // namespace

void cancel(World& world, Subscription& subscription, std::int64_t now, std::string reason) {
  subscription.canceled_at = now;
  subscription.cancel_reason = std::move(reason);
  finish(world, subscription, now);
  stop_collection(world, subscription, now);
}

void cancel_at(World& world, Subscription& subscription, std::optional<std::int64_t> when,
               std::int64_t now) {
  if (when == subscription.cancel_at) return;
  subscription.cancel_at_period_end = false;
  subscription.cancel_at = when;
  subscription.canceled_at = when ? std::optional(now) : std::nullopt;
  subscription.cancel_reason = when ? Text("cancellation_requested") : std::nullopt;
  if (when) schedule(world, subscription.test_clock, *when, Work::cancellation, subscription.id);
}

void bill_rest(World& world, Subscription& subscription, std::int64_t now) {
  const Period rest{subscription.period.start, now};
  const bool free = subscription.trial && subscription.trial->end >= now;
  const Turn turn{.at = now, .last = true};
  Invoice bill = bill_of(world, subscription, rest, free, turn);
  const bool unused =
      std::ranges::all_of(bill.lines, [](const auto& line) { return line.quantity == 0; });
  if (unused && !has_pending_items(world, subscription)) return;
  Invoice& invoice = add_draft(world, std::move(bill));
  close_usage(world, subscription, rest, invoice.id);
  emit(world, now, "invoice.created", invoice);
  collect(world, invoice, now);
}

void begin_anew(World& world, Subscription& subscription, std::int64_t now,
                std::optional<std::int64_t> trial_end, std::string reason, const Pictures& before) {
  const Turn turn{.at = now, .anew = true, .trial_end = trial_end, .reason = std::move(reason)};
  close_period(world, subscription, turn, before);
  if (subscription.status == "trialing") expect_trial_end(world, subscription, now);
}

void end_trial(World& world, Subscription& subscription, std::int64_t now, const Pictures& before) {
  if (stopped_without_card(world, subscription, now, before)) return;
  begin_anew(world, subscription, now, {}, "subscription_cycle", before);
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
  if (subscription.rests() || boundary > time_of(world, subscription)) return;
  const Pictures before = pictured(world, subscription);
  const bool last = subscription.cancel_at && *subscription.cancel_at <= boundary;
  if (!last && stopped_without_card(world, subscription, boundary, before)) return;
  close_period(world, subscription, {.at = boundary, .last = last}, before);
  if (last) finish(world, subscription, boundary);
}

void reach_cancellation(World& world, const std::string& id) {
  Subscription& subscription = world.subscriptions.at(id);
  const auto when = subscription.cancel_at;
  if (subscription.ended() || !when || *when > time_of(world, subscription)) return;
  const Pictures before = pictured(world, subscription);
  close_period(world, subscription, {.at = *when, .last = true}, before);
  finish(world, subscription, *when);
}

void announce_trial_end(World& world, const std::string& id) {
  const Subscription& subscription = world.subscriptions.at(id);
  const std::int64_t now = time_of(world, subscription);
  // It may have been put off since this was planned.
  if (subscription.status != "trialing" || subscription.trial->end > now + trial_notice_seconds) {
    return;
  }
  emit(world, now, "customer.subscription.trial_will_end", subscription);
}

}  // namespace sandbox
