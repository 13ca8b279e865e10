// SPDX-License-Identifier: Apache-2.0
// Seats in a workshop: POST /offerings/workshop.
#include <billing/api.hpp>

#include "api/bodies.hpp"
#include "api/pressing.hpp"

#include <fmt/format.h>

namespace billing {
namespace {

constexpr WholeNumbers attendees_allowed{.least = 1, .most = 100};

}  // namespace

Result<Begun> Api::register_workshop(const HttpRequest& request) {
  const Result<User> user = signed_in(request);
  if (!user) return tl::unexpected(user.error());
  const auto attendees = whole_number_field(request.body, "attendees", attendees_allowed);
  if (!attendees) return tl::unexpected(attendees.error());
  return take({.customer = user->customer,
               .key = header(request.headers, "Idempotency-Key"),
               .kind = UsageKind::workshop,
               .quantity = *attendees},
              place_of_workshop(user->customer));
}

/// The subscription on whose next invoice it goes, be it the monthly or the on-demand one.
Result<Api::Place> Api::place_of_workshop(const CustomerId& customer) {
  const std::shared_ptr<const Offerings> offerings = offered();
  const OfferedPrice* seat = offerings->find(PriceRole::workshop);
  if (seat == nullptr) {
    return failure(ErrorCode::unavailable, "the catalog was never read from Stripe");
  }
  const auto subscriptions =
      subscriptions_for(customer, [](const Subscription& each) { return !each.items.empty(); });
  if (!subscriptions) return tl::unexpected(subscriptions.error());
  const Subscription* subscription = current(*subscriptions);
  if (subscription == nullptr) {
    return failure(ErrorCode::conflict,
                   "there is no subscription on whose invoice the workshop could go: buy a package "
                   "first");
  }
  if (!is_live(*subscription) || subscription->items.empty()) {
    return failure(ErrorCode::conflict,
                   fmt::format("the subscription takes no workshop ({}): buy a package again",
                               subscription->status));
  }
  return Place{
      .item = subscription->items.front().id, .subscription = subscription->id, .price = seat->id};
}

}  // namespace billing
