// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objects.hpp"

#include <string>
#include <string_view>

namespace sandbox {

constexpr std::int64_t expiry_years_max = 50;

constexpr std::string_view not_a_test_card =
    "Your card was declined. Your request was in test mode, but used a non test card. For a list "
    "of valid test cards, visit: https://stripe.com/docs/testing.";

constexpr std::string_view authentication_failed =
    "We are unable to authenticate your payment method. Please choose a different payment method "
    "and try again.";

std::string digits_of(std::string_view text);
std::string trimmed(std::string_view text);

/// Empty when the digits are a card's number.
std::string card_number_error(const std::string& digits);

/// The three fields of a card as a person typed them.
struct TypedCard {
  std::string_view number{}, expiry{}, cvc{};
};

/// What is wrong with each; empty when nothing is.
struct CardErrors {
  std::string number{}, expiry{}, cvc{};

  bool any() const { return !(number.empty() && expiry.empty() && cvc.empty()); }
};

/// Reads them into `payment`; its card is null when the number is right but no test card's.
CardErrors read_card(const TypedCard& typed, std::int64_t now, Payment& payment);

/// Whether the bank wants a word from the card's owner, who is there, before it says anything.
bool asks_owner(const TestCard* card);

/// What the bank says to a card that is kept, and `charged` at once or not; empty when it agrees.
std::string bank_error(const TestCard* card, bool charged);

/// A payment method with what was typed, not in the world yet.
PaymentMethod method_from(const Payment& payment, const std::string& email);

Json address_of(const Payment& payment);

}  // namespace sandbox
