// SPDX-License-Identifier: Apache-2.0
#include "cards.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sandbox {
namespace {

using enum CardOutcome;
using enum Authentication;

constexpr std::string_view declined = "Your card was declined.";
constexpr std::string_view no_funds = "Your card has insufficient funds.";

// https://docs.stripe.com/testing
constexpr std::array cards = {
    TestCard{"4242424242424242", "visa", "credit", "visa"},
    TestCard{"4000056655665556", "visa", "debit", "visa_debit"},
    TestCard{"4000000000000077", "visa", "credit", "bypassPending"},
    TestCard{"4000000000000259", "visa", "credit", "createDispute"},
    TestCard{"5555555555554444", "mastercard", "credit", "mastercard"},
    TestCard{"2223003122003222", "mastercard"},
    TestCard{"5200828282828210", "mastercard", "debit", "mastercard_debit"},
    TestCard{"378282246310005", "amex", "credit", "amex"},
    TestCard{"6011111111111117", "discover", "credit", "discover"},
    TestCard{"3056930009020004", "diners", "credit", "diners"},
    TestCard{"3566002020360505", "jcb", "credit", "jcb"},
    TestCard{"6200000000000005", "unionpay", "credit", "unionpay"},
    TestCard{"4000000000000002", "visa", "credit", "visa_chargeDeclined", declines, "card_declined",
             "generic_decline", declined},
    TestCard{"4000000000009995", "visa", "credit", "visa_chargeDeclinedInsufficientFunds", declines,
             "card_declined", "insufficient_funds", no_funds},
    TestCard{"4000000000009987", "visa", "credit", "visa_chargeDeclinedLostCard", declines,
             "card_declined", "lost_card", declined},
    TestCard{"4000000000009979", "visa", "credit", "visa_chargeDeclinedStolenCard", declines,
             "card_declined", "stolen_card", declined},
    TestCard{"4000000000006975", "visa", "credit", "visa_chargeDeclinedVelocityLimitExceeded",
             declines, "card_declined", "card_velocity_exceeded", declined},
    TestCard{"4000000000000069", "visa", "credit", "chargeDeclinedExpiredCard", declines,
             "expired_card", "expired_card", "Your card has expired."},
    TestCard{"4000000000000127", "visa", "credit", "chargeDeclinedIncorrectCvc", declines,
             "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."},
    TestCard{"4000000000000119", "visa", "credit", "chargeDeclinedProcessingError", declines,
             "processing_error", "processing_error",
             "An error occurred while processing your card. Try again in a little bit."},
    TestCard{"4000000000000341", "visa", "credit", "chargeCustomerFail", declines_later,
             "card_declined", "generic_decline", declined},
    TestCard{"4000002500003155", "visa", "credit", "authenticationRequiredOnSetup", succeeds, "",
             "", "", at_first},
    TestCard{"4000002760003184", "visa", "credit", "authenticationRequired", succeeds, "", "", "",
             always},
    TestCard{"4000003800000446", "visa", "credit", "authenticationRequiredSetupForOffSession",
             succeeds, "", "", "", on_session},
    TestCard{"4000000000003220", "visa", "credit", "threeDSecure2Required", succeeds, "", "", "",
             always},
    TestCard{"4000000000003063", "visa", "credit", "threeDSecureRequired", succeeds, "", "", "",
             always},
    TestCard{"4000000000003055", "visa", "credit", "threeDSecureOptional"},
    TestCard{"4000008400001629", "visa", "credit", "threeDSecureRequiredChargeDeclined",
             declines_later, "card_declined", "generic_decline", declined, always},
    TestCard{"4000008260003178", "visa", "credit",
             "authenticationRequiredChargeDeclinedInsufficientFunds", declines_later,
             "card_declined", "insufficient_funds", no_funds, always},
};

// Shorter names of cards that have a longer one too.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> other_names = {
    {{"chargeDeclined", "4000000000000002"},
     {"chargeDeclinedInsufficientFunds", "4000000000009995"}}};

const TestCard* card_named(std::string_view name) {
  const auto found = std::ranges::find(cards, name, &TestCard::name);
  if (!name.empty() && found != cards.end()) return found;
  for (const auto& [other, number] : other_names) {
    if (other == name) return test_card(number);
  }
  return nullptr;
}

bool american_express(std::string_view number) {
  return number.starts_with("34") || number.starts_with("37");
}

}  // namespace

const TestCard* test_card(std::string_view number) {
  const auto found = std::ranges::find(cards, number, &TestCard::number);
  return found == cards.end() ? nullptr : found;
}

const TestCard* card_of_token(std::string_view token) {
  return token.starts_with("tok_") ? card_named(token.substr(4)) : nullptr;
}

const TestCard* card_of_method_name(std::string_view name) {
  return name.starts_with("pm_card_") ? card_named(name.substr(8)) : nullptr;
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
