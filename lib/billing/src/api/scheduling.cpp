// SPDX-License-Identifier: Apache-2.0
// One click: POST /offerings/paircode/schedule, and what all that is recorded has in common.
#include <billing/api.hpp>

#include "api/bodies.hpp"
#include "api/call_limits.hpp"
#include "api/pressing.hpp"

#include <fmt/format.h>

namespace billing {

Result<Begun> Api::schedule(const HttpRequest& request) {
  const Result<User> user = signed_in(request);
  if (!user) return tl::unexpected(user.error());
  return take({.customer = user->customer,
               .key = header(request.headers, "Idempotency-Key"),
               .kind = UsageKind::session},
              place_of_session(user->customer));
}

/// The item that a customer's usage goes to.
Result<Api::Place> Api::place_of_session(const CustomerId& customer) {
  const std::shared_ptr<const Offerings> offerings = offered();
  const OfferedPrice* on_demand = offerings->find(PriceRole::on_demand);
  if (on_demand == nullptr) {
    return failure(ErrorCode::unavailable, "the catalog was never read from Stripe");
  }
  const auto subscriptions = subscriptions_for(customer, [on_demand](const Subscription& each) {
    return metered_item(each, on_demand->product) != nullptr;
  });
  if (!subscriptions) return tl::unexpected(subscriptions.error());
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
  const SubscriptionItem* item = metered_item(*subscription, on_demand->product);
  if (item == nullptr) {
    return failure(ErrorCode::conflict,
                   "the subscription is the monthly one: sessions on demand need the on-demand "
                   "package");
  }
  return Place{.item = item->id};
}

/// What the store knows of; where none of it is live and `serves`, what Stripe does.
Result<std::vector<Subscription>> Api::subscriptions_for(
    const CustomerId& customer, const std::function<bool(const Subscription&)>& serves) {
  auto known = store_.subscriptions(customer);
  if (!known) return known;
  const Subscription* subscription = current(*known);
  if (subscription != nullptr && is_live(*subscription) && serves(*subscription)) return known;
  return refresh_.subscriptions(customer, quick_read);
}

/// Puts it on disk, and says whether its answer can wait for the settlement.
Result<Begun> Api::take(const Press& press, Result<Place> place) {
  if (!place && press.key) {
    // What is known stays where it is, whatever has become of the subscription since.
    const auto known = ledger_.find(press.customer, IdempotencyKey(*press.key));
    if (!known) return tl::unexpected(known.error());
    if (*known) place = Place{.item = (*known)->event->item};
  }
  if (!place) return failure(std::move(place));
  Result<UsageEvent> event = make_usage_event({.customer = press.customer,
                                               .item = std::move(place->item),
                                               .key = press.key,
                                               .kind = press.kind,
                                               .quantity = press.quantity,
                                               .clicked_at = truest_now(),
                                               .subscription = std::move(place->subscription),
                                               .price = std::move(place->price)},
                                              entropy_);
  if (!event) return failure(std::move(event));
  const Result<RecordedEvent> row = record(std::move(*event));
  if (!row) return tl::unexpected(row.error());
  if (row->state == EventState::final_invoice) return finish(*row);
  const Result<bool> soon = may_settle_soon(*row);
  if (!soon) return tl::unexpected(soon.error());
  if (!*soon) return event_response(*row);
  return Waiting{.event = row->event->id, .until = clock_.moment() + settings_.settle_wait};
}

/// Stripe's time, which says when a click is usage; this machine's until that is known.
Instant Api::truest_now() const {
  return stripe_.now_at_stripe().value_or(clock_.now());
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
  const bool may_have_ended =
      row.state == EventState::final_invoice || row.state == EventState::refused;
  if (!may_have_ended) return event_response(row);
  // Stripe knows something of the subscription that the store doesn't: learn it for the next click,
  // and perhaps for this one, which may have come after the end.
  static_cast<void>(freshest_subscriptions(row.event->customer));
  const auto settled = ledger_.find(row.event->id);
  if (!settled) return problem(settled.error());
  require(settled->has_value());
  return event_response(**settled);
}

}  // namespace billing
