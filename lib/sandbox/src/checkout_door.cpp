// SPDX-License-Identifier: Apache-2.0
#include "checkout_page.hpp"
#include "page_parts.hpp"
#include "pages.hpp"
#include "timeline.hpp"

namespace sandbox {
namespace {

constexpr std::string_view authentication = "/authenticate";

/// One visit to the page of a session that can still be paid.
struct Visit {
  World& world;
  CheckoutSession& session;
  const Arrival& arrival;

  bool posts() const { return arrival.request.method == "POST"; }
  std::int64_t now() const { return time_of(world, session); }
  std::string at() const { return "/c/pay/" + session.id; }
};

bool usable(const World& world, const CheckoutSession& session) {
  return session.status == "open" &&
         (!session.customer || !world.customers.at(*session.customer).deleted);
}

HttpResponse again(const Visit& visit, int status, const Payment& typed,
                   const PaymentErrors& errors) {
  return page(status, checkout_page(visit.world, visit.session, typed, errors, visit.now()));
}

HttpResponse completed(const Visit& visit, const Payment& payment) {
  complete(visit.world, visit.session, payment);
  return onward(redirect_url(visit.session));
}

HttpResponse paid(const Visit& visit) {
  const Form form = form_of(visit.arrival);
  adjust_quantities(visit.world, visit.session, form);
  if (form.child("update") != nullptr) return onward(visit.at());
  Payment payment;
  const PaymentErrors errors = read_payment(visit.world, visit.session, form, visit.now(), payment);
  visit.session.awaiting.reset();
  if (errors.fields()) return again(visit, 400, payment, errors);
  if (!errors.declined.empty()) return again(visit, 402, payment, errors);
  if (!asks_owner(payment.card)) return completed(visit, payment);
  visit.session.awaiting = payment;
  return onward(visit.at() + std::string(authentication));
}

HttpResponse authenticated(const Visit& visit) {
  const Payment payment = *visit.session.awaiting;
  const std::string step = visit.at() + std::string(authentication);
  if (!visit.posts()) return page(200, authentication_page(step, payment.card->last4()));
  visit.session.awaiting.reset();
  PaymentErrors errors;
  if (form_of(visit.arrival).text("authentication") == "complete") {
    errors.declined = bank_error(payment.card, charges_today(visit.world, visit.session));
  } else {
    errors.declined = authentication_failed;
  }
  if (!errors.declined.empty()) return again(visit, 402, payment, errors);
  return completed(visit, payment);
}

}  // namespace

HttpResponse checkout_door(Universe& universe, const Arrival& arrival, std::string_view path,
                           World*& world) {
  const bool step = path.ends_with(authentication);
  if (step) path.remove_suffix(authentication.size());
  const std::string id(path);
  world = world_that(universe, [&](World& w) { return w.sessions.find(id) != nullptr; });
  if (world == nullptr) return page(404, unknown_page());
  advance(*world, arrival.now);
  const Visit visit{*world, world->sessions.at(id), arrival};
  if (!usable(*world, visit.session)) {
    return page(visit.posts() ? 410 : 200, closed_page(visit.session));
  }
  if (step && visit.session.awaiting) return authenticated(visit);
  if (step) return onward(visit.at());
  if (visit.posts()) return paid(visit);
  return again(visit, 200, {}, {});
}

}  // namespace sandbox
