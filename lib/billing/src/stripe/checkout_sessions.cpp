// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_client.hpp>

#include "stripe/form.hpp"
#include "stripe/json_read.hpp"
#include "stripe/list_pages.hpp"

// https://docs.stripe.com/api/checkout/sessions
namespace billing::stripe {
namespace {

const std::string sessions_path = "/v1/checkout/sessions";

CheckoutSession read_session(const JsonValue& session) {
  const std::string subscription = session["subscription"].id_or_empty();
  CheckoutSession read{.id = CheckoutSessionId(session["id"].text()),
                       .status = session["status"].text(),
                       .customer = CustomerId(session["customer"].id_or_empty()),
                       .url = session["url"].text_or_empty()};
  if (!subscription.empty()) read.subscription = SubscriptionId(subscription);
  return read;
}

Result<CheckoutSession> session_of(const HttpResponse& response) {
  return read_json(response.body, read_session);
}

Parameters session_form(const NewCheckoutSession& session) {
  Parameters form{{"mode", "subscription"},
                  {"customer", session.customer.text()},
                  {"line_items[0][price]", session.price.id.text()}};
  // A metered price refuses a quantity, any other demands one.
  if (session.price.role != PriceRole::on_demand) {
    form.emplace_back("line_items[0][quantity]", "1");
    form.emplace_back("line_items[0][adjustable_quantity][enabled]", "false");
    form.emplace_back("payment_method_collection", "always");
  }
  if (session.price.role != PriceRole::on_demand && session.trial_days > 0) {
    form.emplace_back("subscription_data[trial_period_days]", std::to_string(session.trial_days));
  }
  // Stripe copies none of it from one to the other.
  form.emplace_back("metadata[challenge_id]", session.challenge_id);
  form.emplace_back("subscription_data[metadata][challenge_id]", session.challenge_id);
  form.emplace_back("success_url", session.success_url);
  form.emplace_back("cancel_url", session.cancel_url);
  return form;
}

}  // namespace

Result<CheckoutSession> Client::create_checkout_session(const NewCheckoutSession& session,
                                                        const IdempotencyKey& key, Call call) {
  return post(sessions_path, session_form(session), key, call).and_then(session_of);
}

Result<CheckoutSession> Client::checkout_session(const CheckoutSessionId& id, Call call) {
  return get(sessions_path + '/' + percent_encoded(id.text()), {}, call).and_then(session_of);
}

Result<std::vector<CheckoutSession>> Client::open_checkout_sessions(const CustomerId& customer,
                                                                    Call call) {
  const Parameters query{{"customer", customer.text()}, {"status", "open"}};
  return all_pages(pager(sessions_path, call), query, read_session);
}

Result<CheckoutSession> Client::expire_checkout_session(const CheckoutSessionId& id,
                                                        const IdempotencyKey& key, Call call) {
  const std::string path = sessions_path + '/' + percent_encoded(id.text()) + "/expire";
  return post(path, {}, key, call).and_then(session_of);
}

}  // namespace billing::stripe
