// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace sandbox {

enum class CardOutcome {
  succeeds,
  /// Refused at once, also when it is only to be kept for later.
  declines,
  /// Can be attached; every charge fails.
  declines_later,
};

/// When the bank asks the card's owner to confirm (3-D Secure). What the card's outcome says comes
/// after that.
enum class Authentication {
  never,
  /// Once; set up, it can be charged without its owner.
  at_first,
  always,
  /// Only while its owner is there.
  on_session,
};

struct TestCard {
  std::string_view number;
  std::string_view brand;
  std::string_view funding = "credit";
  /// What follows `tok_` and `pm_card_`; empty when Stripe has no such names for it.
  std::string_view name{};
  CardOutcome outcome = CardOutcome::succeeds;
  std::string_view code{};
  std::string_view decline_code{};
  std::string_view message{};
  Authentication authentication = Authentication::never;

  std::string_view last4() const { return number.substr(number.size() - 4); }
};

/// Digits only. Null when it is no test card.
const TestCard* test_card(std::string_view number);

/// The card behind `tok_visa` or `pm_card_visa`; null when it is no such name.
const TestCard* card_of_token(std::string_view token);
const TestCard* card_of_method_name(std::string_view name);

/// Whether the last digit is the right check digit.
bool luhn_valid(std::string_view number);

/// American Express has 15 digits and a 4-digit security code.
std::size_t number_length(std::string_view number);
std::size_t cvc_length(std::string_view number);

}  // namespace sandbox
