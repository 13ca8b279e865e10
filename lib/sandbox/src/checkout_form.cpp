// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "calendar.hpp"
#include "checkout.hpp"

#include <algorithm>
#include <charconv>

namespace sandbox {
namespace {

constexpr std::size_t text_max = 256;
constexpr int years_ahead_max = 50;

std::string digits_of(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits),
                       [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

int number_of(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::string email_error(const std::string& email) {
  if (email.empty()) return "Your email is incomplete.";
  const auto at = email.find('@');
  const bool plausible = at != 0 && at != std::string::npos &&
                         email.find('.', at) != std::string::npos && email.back() != '.' &&
                         email.find_first_of(" \t<>@", at + 1) == std::string::npos;
  return plausible ? "" : "Your email is invalid.";
}

std::string number_error(const std::string& number) {
  if (number.size() < number_length(number)) return "Your card number is incomplete.";
  if (number.size() > number_length(number) || !luhn_valid(number)) {
    return "Your card number is incorrect.";
  }
  return "";
}

// Takes `12 / 34`, `12/34`, `1234`, `1/34` and `12 / 2034`.
std::string expiry_error(std::string_view typed, std::int64_t now, Payment& payment) {
  const auto slash = typed.find('/');
  std::string month = digits_of(typed.substr(0, slash));
  std::string year = slash == std::string_view::npos ? "" : digits_of(typed.substr(slash));
  if (slash == std::string_view::npos && month.size() > 2) {
    year = month.substr(2);
    month.resize(2);
  }
  if (month.empty() || (year.size() != 2 && year.size() != 4)) {
    return "Your card's expiration date is incomplete.";
  }
  payment.exp_month = number_of(month);
  payment.exp_year = number_of(year) + (year.size() == 2 ? 2000 : 0);
  const YearMonth today = year_month(now);
  if (payment.exp_month < 1 || payment.exp_month > 12) {
    return "Your card's expiration month is invalid.";
  }
  if (payment.exp_year < today.year) return "Your card's expiration year is in the past.";
  if (payment.exp_year == today.year && payment.exp_month < today.month) {
    return "Your card's expiration date is in the past.";
  }
  if (payment.exp_year > today.year + years_ahead_max) {
    return "Your card's expiration year is invalid.";
  }
  return "";
}

bool country_has_postal_code(std::string_view country) {
  return country == "US" || country == "CA" || country == "GB";
}

// What the bank says. Stripe at this version would leave an `incomplete` subscription behind when
// a charge fails; that isn't emulated, a declined attempt leaves nothing.
std::string bank_error(const World& world, const CheckoutSession& session, const TestCard* card) {
  if (card == nullptr) {
    return "Your card was declined. Your request was in test mode, but used a non test card. For a "
           "list of valid test cards, visit: https://stripe.com/docs/testing.";
  }
  const bool charged = due_today(world, session.lines, session.trial) > 0;
  switch (card->outcome) {
    case CardOutcome::succeeds: return "";
    case CardOutcome::declines: return std::string(card->message);
    case CardOutcome::declines_later: return charged ? std::string(card->message) : "";
    case CardOutcome::authenticates: break;
  }
  return "This test card asks for 3-D Secure, which the sandbox does not emulate yet. Use 4242 "
         "4242 "
         "4242 4242 instead.";
}

}  // namespace

PaymentErrors read_payment(const World& world, const CheckoutSession& session, const Form& form,
                           std::int64_t now, Payment& payment) {
  PaymentErrors errors;
  payment.email = trimmed(form.text("email").substr(0, text_max));
  payment.name = trimmed(form.text("billingName").substr(0, text_max));
  payment.postal_code = trimmed(form.text("billingPostalCode").substr(0, text_max));
  if (form.text("billingCountry").size() == 2) payment.country = form.text("billingCountry");
  if (!known_email(world, session)) errors.email = email_error(payment.email);
  if (!needs_card(world, session)) return errors;

  const std::string number = digits_of(form.text("cardNumber"));
  errors.number = number_error(number);
  errors.expiry = expiry_error(form.text("cardExpiry"), now, payment);
  if (digits_of(form.text("cardCvc")).size() != cvc_length(number)) {
    errors.cvc = "Your card's security code is incomplete.";
  }
  if (payment.name.empty()) errors.name = "Your name is incomplete.";
  if (country_has_postal_code(payment.country) && payment.postal_code.empty()) {
    errors.postal_code = "Your postal code is incomplete.";
  }
  if (errors.fields()) return errors;
  payment.card = test_card(number);
  errors.declined = bank_error(world, session, payment.card);
  return errors;
}

}  // namespace sandbox
