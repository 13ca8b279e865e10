// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "invoice_page.hpp"
#include "invoices.hpp"
#include "page_parts.hpp"
#include "pages.hpp"
#include "payment_methods.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

constexpr std::string_view pdf = "/pdf";

/// One visit to an invoice's page.
struct InvoiceVisit {
  World& world;
  Invoice& invoice;
  const Arrival& arrival;
  std::string at;

  bool posts() const { return arrival.request.method == "POST"; }
  std::int64_t now() const { return time_of(world, invoice); }
};

HttpResponse show(const InvoiceVisit& visit, int status = 200, const CardErrors& errors = {},
                  std::string_view declined = {}) {
  return page(status, invoice_page(visit.invoice, visit.at, errors, declined));
}

// The card that the bank asks about, and null when it asks about none.
PaymentMethod* asked_about(const InvoiceVisit& visit) {
  if (!visit.invoice.payment_intent) return nullptr;
  const PaymentIntent& intent = visit.world.payment_intents.at(*visit.invoice.payment_intent);
  if (intent.status != "requires_action") return nullptr;
  return &visit.world.payment_methods.at(*intent.payment_method);
}

HttpResponse charged(const InvoiceVisit& visit, const PaymentMethod& method, Owner owner) {
  const Verdict verdict =
      attempt(visit.world, visit.invoice, {.method = &method, .owner = owner}, visit.now());
  if (verdict == Verdict::declined) return show(visit, 402, {}, method.card->message);
  return onward(visit.at);
}

HttpResponse answered(const InvoiceVisit& visit, PaymentMethod& method) {
  if (form_of(visit.arrival).text("authentication") == "complete") {
    method.authenticated = true;
    return charged(visit, method, Owner::confirmed);
  }
  refuse_authentication(visit.world, visit.world.payment_intents.at(*visit.invoice.payment_intent),
                        visit.now());
  return show(visit, 402, {}, authentication_failed);
}

HttpResponse paid_by_card(const InvoiceVisit& visit) {
  const Form form = form_of(visit.arrival);
  Payment payment;
  const CardErrors errors = read_card({.number = form.text("cardNumber"),
                                       .expiry = form.text("cardExpiry"),
                                       .cvc = form.text("cardCvc")},
                                      visit.now(), payment);
  if (errors.any()) return show(visit, 400, errors);
  if (payment.card == nullptr) return show(visit, 402, {}, not_a_test_card);
  PaymentMethod made = method_from(payment, visit.invoice.customer_email.value_or(""));
  // The bank's question is still to come.
  made.authenticated = false;
  return charged(visit, add_payment_method(visit.world, std::move(made), visit.now()),
                 Owner::present);
}

Invoice* invoice_with(World& world, std::string_view secret) {
  const auto found = world.invoice_by_secret.find(std::string(secret));
  return found == world.invoice_by_secret.end() ? nullptr : &world.invoices.at(found->second);
}

}  // namespace

HttpResponse invoice_door(Universe& universe, const Arrival& arrival, std::string_view path,
                          World*& world) {
  const bool file = path.ends_with(pdf);
  if (file) path.remove_suffix(pdf.size());
  const auto slash = path.find('/');
  const std::string_view account = path.substr(0, slash);
  const std::string_view secret =
      slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  world = world_that(universe, [&](World& w) {
    return w.account == account && invoice_with(w, secret) != nullptr;
  });
  if (world == nullptr) return page(404, unknown_page());
  const std::string at = fmt::format("/i/{}", path);
  if (file) {
    return page(404, small_page("There are no PDF files here",
                                "The sandbox doesn't make them. The invoice has a page instead.",
                                fmt::format(R"(<a class="Onward" href="{}">Invoice</a>)", at)));
  }
  advance(*world, arrival.now);
  const InvoiceVisit visit{*world, *invoice_with(*world, secret), arrival, at};
  const std::string& status = visit.invoice.status;
  if (status != "open" && status != "uncollectible") return show(visit, visit.posts() ? 410 : 200);
  if (PaymentMethod* method = asked_about(visit)) {
    if (visit.posts()) return answered(visit, *method);
    return page(200, authentication_page(at, method->card->last4()));
  }
  return visit.posts() ? paid_by_card(visit) : show(visit);
}

}  // namespace sandbox
