// SPDX-License-Identifier: Apache-2.0
#include "checkout.hpp"
#include "payment_methods.hpp"
#include "resources.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

/// How a program finishes a checkout session, as Stripe's CLI does; Stripe has not written down
/// what these calls answer.

CheckoutSession& session_of_page(Call& call) {
  return in_path(call.world.sessions, "checkout.session", call.ids[0]);
}

Json page_shown(const CheckoutSession& session) {
  Json intent = nullptr;
  if (session.mode == "payment") {
    intent = {{"id", nullable(session.payment_intent)},
              {"amount", session.amount_total},
              {"currency", session.currency}};
  }
  return {{"object", "payment_page"},
          {"id", session.id},
          {"session_id", session.id},
          {"currency", session.currency},
          {"customer", nullable(session.customer)},
          {"livemode", false},
          {"mode", session.mode},
          {"payment_intent", std::move(intent)},
          {"payment_status", session.payment_status},
          {"status", session.status},
          {"subscription", nullable(session.subscription)},
          {"total_summary",
           {{"due", session.amount_total},
            {"subtotal", session.amount_total},
            {"total", session.amount_total}}}};
}

Json retrieve_page(Call& call) {
  return page_shown(session_of_page(call));
}

Text text_in(const Json& details, const char* name) {
  return details[name].is_null() ? Text{} : Text(details[name].get<std::string>());
}

Payment payment_of(const PaymentMethod& method) {
  const Json& details = method.billing_details;
  return {.email = text_in(details, "email").value_or(""),
          .name = text_in(details, "name").value_or(""),
          .country = text_in(details["address"], "country").value_or("US"),
          .postal_code = text_in(details["address"], "postal_code").value_or(""),
          .card = method.card,
          .exp_month = method.exp_month,
          .exp_year = method.exp_year};
}

void check_open(const Call& call, const CheckoutSession& session) {
  if (session.status != "open") {
    throw Refusal{.message = fmt::format("This Checkout Session can't be confirmed because it has "
                                         "a status of `{}`.",
                                         session.status)};
  }
  const auto expected = call.integer("expected_amount");
  if (!expected || *expected == session.amount_total) return;
  throw Refusal{
      .message = fmt::format("The expected amount ({}) is not the amount of this Checkout "
                             "Session ({}).",
                             *expected, session.amount_total),
      .param = "expected_amount"};
}

// A page would ask for it, and so would the bank.
void check_payment(const World& world, const CheckoutSession& session, const Payment& payment) {
  if (!known_email(world, session) && payment.email.empty()) {
    throw Refusal{.message = "The payment method needs an email in its `billing_details`.",
                  .param = "payment_method"};
  }
  if (asks_owner(payment.card)) {
    throw Refusal{.status = 402,
                  .type = "card_error",
                  .code = "authentication_required",
                  .message = "Your card was declined. This transaction requires authentication.",
                  .decline_code = "authentication_required"};
  }
  if (!bank_error(payment.card, charges_today(world, session)).empty()) {
    throw card_refusal(*payment.card);
  }
}

Json confirm_page(Call& call) {
  World& world = call.world;
  CheckoutSession& session = session_of_page(call);
  check_open(call, session);
  const std::int64_t now = time_of(world, session);
  PaymentMethod& method =
      payment_method_param(world, *call.text("payment_method"), "payment_method", now);
  const bool attached = session.customer && method.customer == session.customer;
  if (!attached) check_attachable(method, session.customer.value_or(""));
  const Payment payment = payment_of(method);
  check_payment(world, session, payment);
  complete(world, session, payment, &method);
  return page_shown(session);
}

}  // namespace

Routes payment_page_routes() {
  return {{"GET", "/v1/payment_pages/:id", operation({}), "payment_page", retrieve_page},
          {"POST", "/v1/payment_pages/:id/confirm",
           operation({text("payment_method").need(), field(Kind::whole, "expected_amount")}),
           "payment_page", confirm_page}};
}

}  // namespace sandbox
