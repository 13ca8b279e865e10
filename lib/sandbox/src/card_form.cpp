// SPDX-License-Identifier: Apache-2.0
#include "card_form.hpp"

#include "calendar.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace sandbox {
namespace {

int number_of(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
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
  if (payment.exp_year > today.year + expiry_years_max) {
    return "Your card's expiration year is invalid.";
  }
  return "";
}

}  // namespace

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

std::string card_number_error(const std::string& number) {
  if (number.size() < number_length(number)) return "Your card number is incomplete.";
  if (number.size() > number_length(number) || !luhn_valid(number)) {
    return "Your card number is incorrect.";
  }
  return "";
}

CardErrors read_card(const TypedCard& typed, std::int64_t now, Payment& payment) {
  const std::string number = digits_of(typed.number);
  CardErrors errors{.number = card_number_error(number),
                    .expiry = expiry_error(typed.expiry, now, payment)};
  if (digits_of(typed.cvc).size() != cvc_length(number)) {
    errors.cvc = "Your card's security code is incomplete.";
  }
  payment.card = test_card(number);
  return errors;
}

bool asks_owner(const TestCard* card) {
  return card != nullptr && card->authentication != Authentication::never;
}

std::string bank_error(const TestCard* card, bool charged) {
  if (card == nullptr) return std::string(not_a_test_card);
  const bool refused = card->outcome == CardOutcome::declines ||
                       (card->outcome == CardOutcome::declines_later && charged);
  return refused ? std::string(card->message) : "";
}

PaymentMethod method_from(const Payment& payment, const std::string& email) {
  return {.card = payment.card,
          .exp_month = payment.exp_month,
          .exp_year = payment.exp_year,
          .postal_code_given = !payment.postal_code.empty(),
          .allow_redisplay = "limited",
          .billing_details = {{"address", address_of(payment)},
                              {"email", email.empty() ? Json(nullptr) : Json(email)},
                              {"name", payment.name.empty() ? Json(nullptr) : Json(payment.name)},
                              {"phone", nullptr}},
          // A person was there: what the bank asks has been answered.
          .authenticated = asks_owner(payment.card)};
}

Json address_of(const Payment& payment) {
  return {{"city", nullptr},
          {"country", payment.country},
          {"line1", nullptr},
          {"line2", nullptr},
          {"postal_code", payment.postal_code.empty() ? Json(nullptr) : Json(payment.postal_code)},
          {"state", nullptr}};
}

}  // namespace sandbox
