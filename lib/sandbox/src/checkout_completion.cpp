// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "checkout.hpp"
#include "customers.hpp"
#include "events.hpp"
#include "payment_methods.hpp"
#include "setup_intents.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

// A card that is only charged once is nobody's afterwards.
bool keeps_card(const CheckoutSession& session) {
  return session.mode != "payment" ||
         (session.intent_data.is_object() && session.intent_data.contains("setup_future_usage"));
}

bool needs_customer(const CheckoutSession& session) {
  return session.subscribes() || session.customer_always ||
         (session.mode == "payment" && keeps_card(session));
}

Customer& new_customer(World& world, CheckoutSession& session, const Payment& payment) {
  Customer customer{.email = known_email(world, session).value_or(payment.email)};
  if (!payment.name.empty()) customer.name = payment.name;
  customer.address = address_of(payment);
  Customer& added = add_customer(world, std::move(customer));
  emit(world, added.created, "customer.created", added);
  session.customer = added.id;
  world.sessions_by_customer.add(added.id, *world.sessions.position(session.id));
  return added;
}

void learn_email(World& world, Customer& customer, const Payment& payment, std::int64_t now) {
  if (customer.email || payment.email.empty()) return;
  const Pictures before = pictured(world, customer);
  customer.email = payment.email;
  world.customers_by_email.add(payment.email, *world.customers.position(customer.id));
  emit_change(world, now, "customer.updated", before, customer);
}

// Null where a session does without one.
Customer* paying_customer(World& world, CheckoutSession& session, const Payment& payment,
                          std::int64_t now) {
  if (!session.customer && !needs_customer(session)) return nullptr;
  Customer& customer = session.customer ? world.customers.at(*session.customer)
                                        : new_customer(world, session, payment);
  learn_email(world, customer, payment, now);
  return &customer;
}

void subscribe(World& world, CheckoutSession& session, const PaymentMethod* card) {
  Terms terms{.customer = *session.customer,
              .lines = session.lines,
              .metadata = session.subscription_metadata,
              .description = session.subscription_description,
              .trial = session.trial,
              .flexible = session.flexible,
              .owner = Owner::confirmed};
  // The subscription's own; the customer's default stays as it was.
  if (card != nullptr) terms.default_payment_method = card->id;
  const Subscription& subscription = start_subscription(world, std::move(terms));
  session.subscription = subscription.id;
  session.invoice = subscription.latest_invoice;
}

void pay_once(World& world, CheckoutSession& session, const PaymentMethod& card, std::int64_t now) {
  PaymentIntent intent{.test_clock = session.test_clock,
                       .amount = session.amount_total,
                       .currency = session.currency,
                       .customer = session.customer.value_or("")};
  if (session.intent_data.is_object()) intent.details = session.intent_data;
  session.payment_intent = add_paid_intent(world, std::move(intent), card, now).id;
}

}  // namespace

bool needs_card(const World& world, const CheckoutSession& session) {
  return session.card_always || due_today(world, session.lines, session.trial) > 0;
}

Text known_email(const World& world, const CheckoutSession& session) {
  return session.customer ? world.customers.at(*session.customer).email : session.customer_email;
}

void complete(World& world, CheckoutSession& session, const Payment& payment,
              PaymentMethod* named) {
  const std::int64_t now = time_of(world, session);
  const Customer* customer = paying_customer(world, session, payment, now);
  const Text known = customer != nullptr ? customer->email : known_email(world, session);
  const std::string email = known.value_or(payment.email);
  PaymentMethod* card = named;
  if (card == nullptr && payment.card != nullptr) {
    card = &add_payment_method(world, method_from(payment, email), now);
  }
  if (card != nullptr && customer != nullptr && keeps_card(session) && !card->customer) {
    attach(world, *card, customer->id);
  }
  if (card != nullptr && session.mode != "payment" && !charges_today(world, session)) {
    add_succeeded_setup_intent(world, *card);
    const std::string& intent = world.setup_intents[world.setup_intents.size() - 1].id;
    if (session.mode == "setup") session.setup_intent = intent;
  }
  if (session.subscribes()) subscribe(world, session, card);
  if (session.mode == "payment" && session.amount_total > 0) pay_once(world, session, *card, now);
  session.status = "complete";
  session.awaiting.reset();
  session.payment_status = session.amount_total > 0 ? "paid" : "no_payment_required";
  session.customer_details = {{"address", address_of(payment)},
                              {"email", email},
                              {"name", payment.name.empty() ? Json(nullptr) : Json(payment.name)},
                              {"phone", nullptr},
                              {"tax_exempt", "none"},
                              {"tax_ids", Json::array()}};
  emit(world, now, "checkout.session.completed", session);
}

std::string redirect_url(const CheckoutSession& session) {
  constexpr std::string_view placeholder = "{CHECKOUT_SESSION_ID}";
  std::string url = session.success_url;
  for (auto at = url.find(placeholder); at != std::string::npos;
       at = url.find(placeholder, at + session.id.size())) {
    url.replace(at, placeholder.size(), session.id);
  }
  return url;
}

}  // namespace sandbox
