// SPDX-License-Identifier: Apache-2.0
#include "cards.hpp"

#include <algorithm>
#include <array>

namespace sandbox {
namespace {

using enum CardOutcome;

constexpr std::string_view declined = "Your card was declined.";

// https://docs.stripe.com/testing
constexpr std::array cards = {
    TestCard{"4242424242424242", "visa"},
    TestCard{"4000056655665556", "visa", "debit"},
    TestCard{"4000000000000077", "visa"},
    TestCard{"4000000000000259", "visa"},
    TestCard{"5555555555554444", "mastercard"},
    TestCard{"2223003122003222", "mastercard"},
    TestCard{"5200828282828210", "mastercard", "debit"},
    TestCard{"378282246310005", "amex"},
    TestCard{"6011111111111117", "discover"},
    TestCard{"3056930009020004", "diners"},
    TestCard{"3566002020360505", "jcb"},
    TestCard{"6200000000000005", "unionpay"},
    TestCard{"4000000000000002", "visa", "credit", declines, "card_declined", "generic_decline",
             declined},
    TestCard{"4000000000009995", "visa", "credit", declines, "card_declined", "insufficient_funds",
             "Your card has insufficient funds."},
    TestCard{"4000000000009987", "visa", "credit", declines, "card_declined", "lost_card",
             declined},
    TestCard{"4000000000009979", "visa", "credit", declines, "card_declined", "stolen_card",
             declined},
    TestCard{"4000000000006975", "visa", "credit", declines, "card_declined",
             "card_velocity_exceeded", declined},
    TestCard{"4000000000000069", "visa", "credit", declines, "expired_card", "expired_card",
             "Your card has expired."},
    TestCard{"4000000000000127", "visa", "credit", declines, "incorrect_cvc", "incorrect_cvc",
             "Your card's security code is incorrect."},
    TestCard{"4000000000000119", "visa", "credit", declines, "processing_error", "processing_error",
             "An error occurred while processing your card. Try again in a little bit."},
    TestCard{"4000000000000341", "visa", "credit", declines_later, "card_declined",
             "generic_decline", declined},
    TestCard{"4000002500003155", "visa", "credit", authenticates},
    TestCard{"4000002760003184", "visa", "credit", authenticates},
    TestCard{"4000003800000446", "visa", "credit", authenticates},
    TestCard{"4000000000003220", "visa", "credit", authenticates},
    TestCard{"4000000000003063", "visa", "credit", authenticates},
    TestCard{"4000000000003055", "visa", "credit", authenticates},
    TestCard{"4000008400001629", "visa", "credit", authenticates},
    TestCard{"4000008260003178", "visa", "credit", authenticates},
};

bool american_express(std::string_view number) {
  return number.starts_with("34") || number.starts_with("37");
}

}  // namespace

const TestCard* test_card(std::string_view number) {
  const auto found = std::ranges::find(cards, number, &TestCard::number);
  return found == cards.end() ? nullptr : found;
}

bool luhn_valid(std::string_view number) {
  int sum = 0;
  bool twice = false;
  for (auto digit = number.rbegin(); digit != number.rend(); ++digit, twice = !twice) {
    const int value = (*digit - '0') * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0;
}

std::size_t number_length(std::string_view number) {
  return american_express(number) ? 15 : 16;
}

std::size_t cvc_length(std::string_view number) {
  return american_express(number) ? 4 : 3;
}

}  // namespace sandbox
