// SPDX-License-Identifier: Apache-2.0
// Signing in, and what is known of who signed in.
#include <billing/api.hpp>

#include "api/bodies.hpp"
#include "api/call_limits.hpp"

#include <algorithm>

namespace billing {
namespace {

ProductId pair_coding(const Offerings& offerings) {
  const OfferedPrice* on_demand = offerings.find(PriceRole::on_demand);
  return on_demand == nullptr ? ProductId() : on_demand->product;
}

}  // namespace

Result<User> Api::signed_in(const HttpRequest& request) {
  const auto user_id = parameter(request.query, "user_id");
  Result<CustomerId> customer = parse_customer_id(user_id.value_or(""), "user_id");
  if (!customer) return failure(std::move(customer));
  Result<std::optional<User>> user = store_.user(*customer);
  if (!user) return failure(std::move(user));
  if (!*user) {
    return failure(ErrorCode::not_found,
                   "user_id is not a user here: sign in again (POST /users with your e-mail)");
  }
  return std::move(**user);
}

Result<Begun> Api::post_user(const HttpRequest& request) {
  const Result<std::string> given = text_field(request.body, "email");
  if (!given) return tl::unexpected(given.error());
  const Result<std::string> email = normalise_email(*given);
  if (!email) return tl::unexpected(email.error());
  Result<User> user = store_.reserve_user(*email, stripe_.fresh_key());
  if (!user) return failure(std::move(user));
  if (user->customer.empty()) {
    const Result<CustomerId> customer = customer_at_stripe(*user);
    if (!customer) return tl::unexpected(customer.error());
    user = store_.set_customer(*email, *customer);
    if (!user) return failure(std::move(user));
  }
  const auto subscriptions = freshest_subscriptions(user->customer);
  if (!subscriptions) return tl::unexpected(subscriptions.error());
  return user_response(*user, current(*subscriptions), pair_coding(*offered()));
}

/// Looked for first: the data file may be newer than the customer. Created under the user's own
/// key, so that two sign-ups at once, or one whose answer was lost, make one customer.
Result<CustomerId> Api::customer_at_stripe(const User& user) {
  const auto known = health_.noted(stripe_.customers(user.email, interactive));
  if (!known) return tl::unexpected(known.error());
  const std::string& challenge_id = settings_.catalog.challenge_id;
  const stripe::Customer* oldest = nullptr;
  for (const stripe::Customer& each : *known) {
    const auto mark = each.metadata.find("challenge_id");
    if (each.deleted || mark == each.metadata.end() || mark->second != challenge_id) continue;
    oldest = &each;  // Lists come newest first.
  }
  if (oldest != nullptr) return oldest->id;
  const auto created = health_.noted(
      stripe_.create_customer(user.email, challenge_id, user.create_key, interactive));
  if (!created) return tl::unexpected(created.error());
  return created->id;
}

Result<Begun> Api::get_user(const HttpRequest& request) {
  const Result<User> user = signed_in(request);
  if (!user) return tl::unexpected(user.error());
  if (const auto session_id = parameter(request.query, "session_id")) {
    if (auto done = remember_session(*user, *session_id); !done) return failure(std::move(done));
  }
  const auto subscriptions = freshest_subscriptions(user->customer);
  if (!subscriptions) return tl::unexpected(subscriptions.error());
  return wrapped_user_response(*user, current(*subscriptions), pair_coding(*offered()));
}

Result<void> Api::remember_session(const User& user, const std::string& session_id) {
  const auto id = parse_checkout_session_id(session_id, "session_id");
  if (!id) return tl::unexpected(id.error());
  const auto session = health_.noted(stripe_.checkout_session(*id, interactive));
  if (!session) return tl::unexpected(session.error());
  if (session->customer != user.customer) {
    return failure(ErrorCode::denied, "session_id belongs to another user: sign in as that one");
  }
  if (!session->subscription) return {};  // Not paid for: there is nothing to store.
  const auto subscription = refresh_.subscription(*session->subscription, interactive);
  if (!subscription) return tl::unexpected(subscription.error());
  return {};
}

/// Stripe's word if it comes quickly, else what is known.
Result<std::vector<Subscription>> Api::freshest_subscriptions(const CustomerId& customer) {
  if (!health_.failing()) {
    auto read = refresh_.subscriptions(customer, quick_read);
    if (read) return read;
  }
  return store_.subscriptions(customer);
}

}  // namespace billing
