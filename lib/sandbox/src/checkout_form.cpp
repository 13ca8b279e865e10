// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "checkout.hpp"

#include <algorithm>
#include <charconv>

namespace sandbox {
namespace {

constexpr std::size_t text_max = 256;

std::string email_error(const std::string& email) {
  if (email.empty()) return "Your email is incomplete.";
  const auto at = email.find('@');
  const bool plausible = at != 0 && at != std::string::npos &&
                         email.find('.', at) != std::string::npos && email.back() != '.' &&
                         email.find_first_of(" \t<>@", at + 1) == std::string::npos;
  return plausible ? "" : "Your email is invalid.";
}

bool country_has_postal_code(std::string_view country) {
  return country == "US" || country == "CA" || country == "GB";
}

}  // namespace

// Stripe at this version would leave an `incomplete` subscription behind when a charge fails; that
// isn't emulated, a declined attempt leaves nothing.
PaymentErrors read_payment(const World& world, const CheckoutSession& session, const Form& form,
                           std::int64_t now, Payment& payment) {
  PaymentErrors errors;
  payment.email = trimmed(form.text("email").substr(0, text_max));
  payment.name = trimmed(form.text("billingName").substr(0, text_max));
  payment.postal_code = trimmed(form.text("billingPostalCode").substr(0, text_max));
  if (form.text("billingCountry").size() == 2) payment.country = form.text("billingCountry");
  if (!known_email(world, session)) errors.email = email_error(payment.email);
  if (!needs_card(world, session)) return errors;

  CardErrors card = read_card({.number = form.text("cardNumber"),
                               .expiry = form.text("cardExpiry"),
                               .cvc = form.text("cardCvc")},
                              now, payment);
  errors.number = std::move(card.number);
  errors.expiry = std::move(card.expiry);
  errors.cvc = std::move(card.cvc);
  if (payment.name.empty()) errors.name = "Your name is incomplete.";
  if (country_has_postal_code(payment.country) && payment.postal_code.empty()) {
    errors.postal_code = "Your postal code is incomplete.";
  }
  if (errors.fields() || asks_owner(payment.card)) return errors;
  errors.declined = bank_error(payment.card, charges_today(world, session));
  return errors;
}

void adjust_quantities(const World& world, CheckoutSession& session, const Form& form) {
  for (LineItem& line : session.lines) {
    const Form* typed = form.child("quantity-" + line.id);
    if (!line.adjustable || typed == nullptr) continue;
    std::int64_t quantity = 0;
    const char* end = typed->value.data() + typed->value.size();
    const auto read = std::from_chars(typed->value.data(), end, quantity);
    if (read.ec != std::errc{} || read.ptr != end) continue;
    line.quantity = std::clamp(quantity, line.adjustable->minimum, line.adjustable->maximum);
  }
  session.amount_total = due_today(world, session.lines, session.trial);
}

bool charges_today(const World& world, const CheckoutSession& session) {
  return due_today(world, session.lines, session.trial) > 0;
}

}  // namespace sandbox
