// SPDX-License-Identifier: Apache-2.0
// Buying a package: POST /offerings/paircode.
#include <billing/api.hpp>

#include "api/bodies.hpp"
#include "api/call_limits.hpp"

#include <fmt/format.h>

namespace billing {

Result<Begun> Api::subscribe(const HttpRequest& request) {
  const Result<User> user = signed_in(request);
  if (!user) return tl::unexpected(user.error());
  const Result<std::string> given = text_field(request.body, "price");
  if (!given) return tl::unexpected(given.error());
  const Result<PriceId> price_id = parse_price_id(*given, "price");
  if (!price_id) return tl::unexpected(price_id.error());
  const std::shared_ptr<const Offerings> offerings = offered();
  const OfferedPrice* price = offerings->find(*price_id);
  if (price == nullptr || price->role == PriceRole::workshop) {
    return failure(
        ErrorCode::invalid,
        fmt::format("price {} is not a package that is for sale: take one of those in GET "
                    "/offerings",
                    price_id->text()));
  }
  const Result<std::string> base = return_base(request);
  if (!base) return tl::unexpected(base.error());
  const Result<std::string> url = open_checkout(*user, *price, *base);
  if (!url) return tl::unexpected(url.error());
  return url_response(*url);
}

/// A browser keeps who signed in for the one name it called, so that is where it has to come back
/// to.
Result<std::string> Api::return_base(const HttpRequest& request) const {
  if (settings_.public_url) return *settings_.public_url;
  const auto host = header(request.headers, "Host");
  if (!host) return failure(ErrorCode::invalid, "the Host header is missing: send HTTP/1.1");
  return "http://" + *host;
}

Result<std::string> Api::open_checkout(const User& user, const OfferedPrice& price,
                                       const std::string& return_base) {
  // In this order: once no other session can be paid any more, what Stripe lists is all there will
  // be.
  if (auto expired = expire_open_sessions(user.customer); !expired) {
    return failure(std::move(expired));
  }
  const auto subscriptions = refresh_.subscriptions(user.customer, quick_read);
  if (!subscriptions) return tl::unexpected(subscriptions.error());
  const Subscription* subscription = current(*subscriptions);
  if (subscription != nullptr && is_live(*subscription)) {
    return failure(ErrorCode::conflict,
                   fmt::format("you are subscribed already ({}, {}): end that subscription first",
                               subscription->id.text(), subscription->status));
  }
  const stripe::NewCheckoutSession wanted{
      .customer = user.customer,
      .price = price,
      .trial_days = settings_.catalog.price(price.role).trial_days,
      .challenge_id = settings_.catalog.challenge_id,
      .success_url = return_base + "/dashboard?session_id={CHECKOUT_SESSION_ID}",
      .cancel_url = return_base + "/dashboard"};
  const auto session =
      health_.noted(stripe_.create_checkout_session(wanted, stripe_.fresh_key(), interactive));
  if (!session) return tl::unexpected(session.error());
  return session->url;
}

Result<void> Api::expire_open_sessions(const CustomerId& customer) {
  const auto open = health_.noted(stripe_.open_checkout_sessions(customer, interactive));
  if (!open) return tl::unexpected(open.error());
  for (const stripe::CheckoutSession& session : *open) {
    const auto expired = health_.noted(
        stripe_.expire_checkout_session(session.id, stripe_.fresh_key(), interactive));
    // Refused: it was paid or ran out in this moment, and the list of subscriptions will tell.
    if (!expired && expired.error().code != ErrorCode::invalid) {
      return tl::unexpected(expired.error());
    }
  }
  return {};
}

}  // namespace billing
