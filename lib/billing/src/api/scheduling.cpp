// SPDX-License-Identifier: Apache-2.0
// One click: POST /offerings/paircode/schedule.
#include <billing/api.hpp>

#include "api/bodies.hpp"
#include "api/call_limits.hpp"

#include <fmt/format.h>

namespace billing {

Result<Begun> Api::schedule(const HttpRequest& request) {
  const Result<User> user = signed_in(request);
  if (!user) return tl::unexpected(user.error());
  const auto key = header(request.headers, "Idempotency-Key");
  Result<ItemId> item = item_for_usage(user->customer);
  if (!item && key) {
    // A click that is known stays on its item, whatever has become of the subscription since.
    const auto known = ledger_.find(user->customer, IdempotencyKey(*key));
    if (!known) return tl::unexpected(known.error());
    if (*known) item = (*known)->event->item;
  }
  if (!item) return tl::unexpected(item.error());
  Result<UsageEvent> event = make_usage_event(
      {.customer = user->customer, .item = *item, .key = key, .clicked_at = truest_now()},
      entropy_);
  if (!event) return tl::unexpected(event.error());
  const Result<RecordedEvent> row = record(std::move(*event));
  if (!row) return tl::unexpected(row.error());
  const Result<bool> soon = may_settle_soon(*row);
  if (!soon) return tl::unexpected(soon.error());
  if (!*soon) return event_response(*row);
  return Waiting{.event = row->event->id, .until = clock_.moment() + settings_.settle_wait};
}

/// Stripe's time, which says when a click is usage; this machine's until that is known.
Instant Api::truest_now() const {
  return stripe_.now_at_stripe().value_or(clock_.now());
}

/// The item that a customer's usage goes to. Stripe is asked only if the store knows of none.
Result<ItemId> Api::item_for_usage(const CustomerId& customer) {
  const std::shared_ptr<const Offerings> offerings = offered();
  const OfferedPrice* on_demand = offerings->find(PriceRole::on_demand);
  if (on_demand == nullptr) {
    return failure(ErrorCode::unavailable, "the catalog was never read from Stripe");
  }
  auto subscriptions = store_.subscriptions(customer);
  for (const bool asked_stripe : {false, true}) {
    if (!subscriptions) return failure(std::move(subscriptions));
    const Subscription* subscription = current(*subscriptions);
    if (subscription != nullptr && is_live(*subscription)) {
      const SubscriptionItem* item = metered_item(*subscription, on_demand->product);
      if (item != nullptr) return item->id;
    }
    if (!asked_stripe) subscriptions = refresh_.subscriptions(customer, quick_read);
  }
  if (!subscriptions) return failure(std::move(subscriptions));
  const Subscription* subscription = current(*subscriptions);
  if (subscription == nullptr) {
    return failure(ErrorCode::conflict,
                   "there is no on-demand subscription: buy the on-demand package first");
  }
  if (!is_live(*subscription)) {
    return failure(ErrorCode::conflict,
                   fmt::format("the on-demand subscription has ended ({}): buy the package again",
                               subscription->status));
  }
  return failure(ErrorCode::conflict,
                 "the subscription is the monthly one: sessions on demand need the on-demand "
                 "package");
}

Result<RecordedEvent> Api::record(UsageEvent event) {
  // Before Stripe has told the time no second is chosen: this machine's date may be wrong, and one
  // in the future would be waited for.
  const Instant now_at_stripe = stripe_.now_at_stripe().value_or(Instant::min());
  const auto shared = std::make_shared<const UsageEvent>(std::move(event));
  Result<Appended> appended = ledger_.append(shared, now_at_stripe);
  if (!appended && appended.error().code == ErrorCode::outcome_unknown) {
    // The commit may have happened all the same; the key tells, and the same append settles it.
    appended = ledger_.append(shared, now_at_stripe);
  }
  if (!appended) {
    // A disk in trouble says nothing of Stripe, and nothing was recorded.
    return failure(ErrorCode::internal, appended.error().message);
  }
  if (appended->outcome == AppendOutcome::conflict) {
    return failure(
        ErrorCode::conflict,
        fmt::format("Idempotency-Key was used for another request before, which is event "
                    "{}: send a new key for a new click",
                    appended->row.event->id.text()));
  }
  return std::move(appended->row);
}

/// Not behind an event that hangs, and not while Stripe fails: a wait would be for nothing.
Result<bool> Api::may_settle_soon(const RecordedEvent& row) {
  if (row.state != EventState::pending || settings_.settle_wait.count() == 0) return false;
  if (health_.failing()) return false;
  const Result<Backlog> backlog = ledger_.backlog(row.event->item);
  if (!backlog) return tl::unexpected(backlog.error());
  if (backlog->failing) return false;
  return !backlog->oldest_clicked_at ||
         truest_now() - *backlog->oldest_clicked_at < settings_.settle_wait;
}

HttpResponse Api::finish(const Waiting& waiting) {
  const auto row = ledger_.find(waiting.event);
  if (!row) return problem(row.error());
  require(row->has_value());
  return finish(**row);
}

HttpResponse Api::finish(const RecordedEvent& row) {
  if (row.state == EventState::pending || row.state == EventState::delivered) {
    return event_response(row);
  }
  // Stripe knows something of the subscription that the store doesn't: learn it for the next click,
  // and perhaps for this one, which may have come after the end.
  static_cast<void>(freshest_subscriptions(row.event->customer));
  const auto settled = ledger_.find(row.event->id);
  if (!settled) return problem(settled.error());
  require(settled->has_value());
  return event_response(**settled);
}

}  // namespace billing
