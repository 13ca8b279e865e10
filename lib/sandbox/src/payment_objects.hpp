// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objects.hpp"

namespace sandbox {

/// What is charged besides subscriptions, and how: beside objects.hpp, and under its rules.

struct InvoiceItem {
  std::string id{};
  /// Its `date`.
  std::int64_t created = 0;
  Text test_clock{};
  bool deleted = false;
  std::string customer{};
  std::string currency{};
  /// One of its own, inactive, when it wasn't made from a price.
  std::string price{};
  std::int64_t quantity = 1;
  /// Below zero for a credit.
  std::int64_t amount = 0;
  Text description{};
  bool discountable = true;
  Period period{};
  /// Whose next invoice takes it; any of the customer's when there is none.
  Text subscription{};
  /// Pending without one.
  Text invoice{};
  Metadata metadata{};
};

/// Why a charge failed.
struct PaymentFailure {
  std::string code{}, decline_code{}, message{};
  std::string payment_method{};
  Text charge{};
};

struct PaymentIntent {
  std::string id{};
  std::int64_t created = 0;
  Text test_clock{};
  std::string client_secret{};
  std::int64_t amount = 0;
  std::string currency{};
  /// Without an invoice there may be no customer either.
  std::string customer{}, invoice{};
  std::string description{};
  std::string status = "requires_payment_method";
  Text payment_method{}, latest_charge{}, cancellation_reason{};
  std::optional<PaymentFailure> failure{};
  std::optional<std::int64_t> canceled_at{};
  /// What its maker said of it, by the names under which it is shown.
  Json details = Json::object();
};

struct Charge {
  std::string id{};
  std::int64_t created = 0;
  Text test_clock{};
  std::int64_t amount = 0;
  std::string currency{};
  std::string customer{};
  std::string invoice{};
  std::string payment_intent{};
  std::string payment_method{};
  std::string description{};
  std::optional<PaymentFailure> failure{};
  Json details = Json::object();
};

/// The part that a payment intent has in an invoice, as it is seen since basil.
struct InvoicePayment {
  std::string id{};
  std::int64_t created = 0;
  std::string invoice{};
  std::string payment_intent{};
};

}  // namespace sandbox
