// SPDX-License-Identifier: Apache-2.0
#include <billing/final_invoices.hpp>
#include <billing/refresh.hpp>

#include "final/invoicing.hpp"
#include "final/settling.hpp"

#include <algorithm>

namespace billing {
namespace {

using std::chrono::milliseconds;

/// From the end to the reckoning: an invoice that Stripe or a person makes because of it is there
/// by then, and nothing of its usage is on its way any more.
constexpr std::chrono::minutes grace(10);
constexpr milliseconds final_pause_min(1'000);
constexpr milliseconds final_pause_max(300'000);
constexpr int pause_doublings_max = 9;  // Past the longest.
/// While usage is still being delivered, or Stripe has not told the time.
constexpr milliseconds pause_for_others(1'000);
constexpr int strays_at_once = 100;

milliseconds final_pause(int failures) {
  return std::min(final_pause_min * (1 << std::min(failures - 1, pause_doublings_max)),
                  final_pause_max);
}

const Subscription* of_item(const std::vector<Subscription>& all, const ItemId& item) {
  for (const Subscription& each : all) {
    if (std::ranges::find(each.items, item, &SubscriptionItem::id) != each.items.end()) {
      return &each;
    }
  }
  return nullptr;
}

}  // namespace

FinalInvoicePace FinalInvoices::pace_of(const SubscriptionId& subscription) {
  const std::lock_guard lock(mutex_);
  const auto found = paces_.find(subscription);
  return found == paces_.end() ? FinalInvoicePace() : found->second;
}

void FinalInvoices::keep(const SubscriptionId& subscription, FinalInvoicePace pace) {
  const std::lock_guard lock(mutex_);
  if (pace == FinalInvoicePace()) {
    paces_.erase(subscription);
  } else {
    paces_[subscription] = std::move(pace);
  }
}

void FinalInvoices::failed(const SubscriptionId& subscription, FinalInvoicePace& pace,
                           const Error& error) {
  pace.not_before = parts_.clock.moment() + final_pause(++pace.failures);
  parts_.observer.observe(
      {.severity = Severity::warning,
       .what = "final_invoice_delayed",
       .facts = {{"subscription", subscription.text()}, {"error", error.message}}});
}

/// None while Stripe has not told the time.
std::optional<Moment> FinalInvoices::due(const FinalInvoice& row) {
  const Moment not_before = pace_of(row.subscription).not_before;
  if (row.step != FinalStep::settling) return not_before;
  const auto now_at_stripe = parts_.stripe.now_at_stripe();
  if (!now_at_stripe) return std::nullopt;
  const milliseconds rest = row.ended_at + grace - *now_at_stripe;
  if (rest <= milliseconds(0)) return not_before;
  return std::max(not_before, parts_.clock.moment() + rest);
}

Result<bool> FinalInvoices::step() {
  const auto rows = parts_.rows.to_do();
  if (!rows) return tl::unexpected(rows.error());
  for (const FinalInvoice& row : *rows) {
    const auto when = due(row);
    if (!when || *when > parts_.clock.moment()) continue;
    auto stepped = step_row(row);
    if (!stepped || *stepped) return stepped;
  }
  return step_stray();
}

/// False if it waits for others.
Result<bool> FinalInvoices::step_row(const FinalInvoice& row) {
  const auto subscription = stored_subscription(parts_.store, row.customer, row.subscription);
  if (!subscription) return tl::unexpected(subscription.error());
  FinalInvoicePace pace = pace_of(row.subscription);
  Result<void> done;
  if (row.step == FinalStep::settling) {
    const Result<bool> over = deliveries_are_over(parts_.ledger, *subscription);
    if (!over) return over;
    if (!*over) {
      pace.not_before = parts_.clock.moment() + pause_for_others;
      keep(row.subscription, std::move(pace));
      return false;
    }
    done = settle(parts_, row, *subscription, pace);
  } else {
    done = invoice_step(parts_, row, *subscription, pace);
  }
  if (done) {
    pace.not_before = Moment::min();
    pace.failures = 0;
    pace.refusals = 0;
    pace.refused_by.clear();
  } else {
    failed(row.subscription, pace, done.error());
  }
  keep(row.subscription, std::move(pace));
  return true;
}

Result<bool> FinalInvoices::step_stray() {
  const auto strays = parts_.rows.strays(strays_at_once);
  if (!strays) return tl::unexpected(strays.error());
  for (const RecordedEvent& stray : *strays) {
    const auto all = parts_.store.subscriptions(stray.event->customer);
    if (!all) return tl::unexpected(all.error());
    const Subscription* subscription = of_item(*all, stray.event->item);
    require(subscription != nullptr);  // No event is recorded of an item that isn't known.
    FinalInvoicePace pace = pace_of(subscription->id);
    if (pace.not_before > parts_.clock.moment()) continue;
    const auto done = clear_up(stray, *subscription);
    if (done) {
      pace.not_before = Moment::min();
      pace.failures = 0;
    } else {
      failed(subscription->id, pace, done.error());
    }
    keep(subscription->id, std::move(pace));
    return true;
  }
  return false;
}

/// Decides on an event that no final invoice will take. If its subscription turns out to have
/// ended, that has made a row, which will.
Result<void> FinalInvoices::clear_up(const RecordedEvent& stray, const Subscription& subscription) {
  if (subscription.ended_at) {
    return parts_.rows.refuse_stray(stray.sequence,
                                    "it came too late for its subscription's final invoice");
  }
  Refresh refresh(parts_.stripe, parts_.store, parts_.health);
  const auto read = refresh.subscription(subscription.id, one_try);
  if (read && read->ended_at) return {};
  if (!read && read.error().code != ErrorCode::not_found) return tl::unexpected(read.error());
  return parts_.rows.refuse_stray(stray.sequence, {});
}

Result<std::optional<Moment>> FinalInvoices::next_due() {
  const auto rows = parts_.rows.to_do();
  if (!rows) return tl::unexpected(rows.error());
  std::optional<Moment> soonest;
  const auto consider = [&](Moment moment) {
    soonest = soonest ? std::min(*soonest, moment) : moment;
  };
  for (const FinalInvoice& row : *rows) {
    consider(due(row).value_or(parts_.clock.moment() + pause_for_others));
  }
  const auto strays = parts_.rows.strays(strays_at_once);
  if (!strays) return tl::unexpected(strays.error());
  for (const RecordedEvent& stray : *strays) {
    const auto all = parts_.store.subscriptions(stray.event->customer);
    if (!all) return tl::unexpected(all.error());
    const Subscription* subscription = of_item(*all, stray.event->item);
    require(subscription != nullptr);
    consider(pace_of(subscription->id).not_before);
  }
  return soonest;
}

}  // namespace billing
