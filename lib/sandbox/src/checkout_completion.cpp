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

Customer& paying_customer(World& world, CheckoutSession& session, const Payment& payment) {
  if (session.customer) return world.customers.at(*session.customer);
  Customer customer{.email = known_email(world, session).value_or(payment.email)};
  if (!payment.name.empty()) customer.name = payment.name;
  customer.address = address_of(payment);
  Customer& added = add_customer(world, std::move(customer));
  emit(world, added.created, "customer.created", added);
  session.customer = added.id;
  world.sessions_by_customer.add(added.id, *world.sessions.position(session.id));
  return added;
}

std::string attach_card(World& world, const Customer& customer, const Payment& payment,
                        const std::string& email, std::int64_t now) {
  PaymentMethod& method = add_payment_method(world, method_from(payment, email), now);
  attach(world, method, customer.id);
  return method.id;
}

}  // namespace

bool needs_card(const World& world, const CheckoutSession& session) {
  return session.card_always || due_today(world, session.lines, session.trial) > 0;
}

Text known_email(const World& world, const CheckoutSession& session) {
  return session.customer ? world.customers.at(*session.customer).email : session.customer_email;
}

void complete(World& world, CheckoutSession& session, const Payment& payment) {
  const std::int64_t now = time_of(world, session);
  Customer& customer = paying_customer(world, session, payment);
  if (!customer.email && !payment.email.empty()) {
    const Pictures before = pictured(world, customer);
    customer.email = payment.email;
    world.customers_by_email.add(payment.email, *world.customers.position(customer.id));
    emit_change(world, now, "customer.updated", before, customer);
  }
  const std::string email = customer.email.value_or(payment.email);
  Terms terms{.customer = customer.id,
              .lines = session.lines,
              .metadata = session.subscription_metadata,
              .description = session.subscription_description,
              .trial = session.trial,
              .flexible = session.flexible,
              .owner = Owner::confirmed};
  // The subscription's own; the customer's default stays as it was.
  if (payment.card != nullptr) {
    terms.default_payment_method = attach_card(world, customer, payment, email, now);
    if (!charges_today(world, session)) {
      add_succeeded_setup_intent(world, world.payment_methods.at(*terms.default_payment_method));
    }
  }
  const Subscription& subscription = start_subscription(world, std::move(terms));
  session.status = "complete";
  session.awaiting.reset();
  session.payment_status = session.amount_total > 0 ? "paid" : "no_payment_required";
  session.subscription = subscription.id;
  session.invoice = subscription.latest_invoice;
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
