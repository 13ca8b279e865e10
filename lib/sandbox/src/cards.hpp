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
  /// Needs a 3-D Secure step, which isn't emulated.
  authenticates,
};

struct TestCard {
  std::string_view number;
  std::string_view brand;
  std::string_view funding = "credit";
  CardOutcome outcome = CardOutcome::succeeds;
  std::string_view code{};
  std::string_view decline_code{};
  std::string_view message{};

  std::string_view last4() const { return number.substr(number.size() - 4); }
};

/// Digits only. Null when it is no test card.
const TestCard* test_card(std::string_view number);

/// Whether the last digit is the right check digit.
bool luhn_valid(std::string_view number);

/// American Express has 15 digits and a 4-digit security code.
std::size_t number_length(std::string_view number);
std::size_t cvc_length(std::string_view number);

}  // namespace sandbox
