// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "account.hpp"

namespace sandbox_test {

const std::string current_world = "2026-10-28.endive";

/// A meter with a price, and a customer who has subscribed to it.
struct MeteredCustomer {
  explicit MeteredCustomer(const std::string& version = {}, const std::string& formula = "sum");

  /// Each fails the test unless Stripe would answer 200.
  std::string new_meter(const std::string& event_name, const std::string& formula = "sum");
  std::string price_on(const std::string& by, const std::string& amount = "8000");
  Json subscribe(const std::string& who, const std::string& to);

  /// Extra fields come after those that every event needs; no timestamp means now.
  Answer send(const std::string& value, const Fields& extra = {});
  Answer send_at(const std::string& value, std::int64_t timestamp);
  Answer cancel(const std::string& identifier);
  /// What the customer has used from midnight to midnight of the days given, from today on.
  Json used(int from_day, int to_day, const Fields& extra = {});
  Json preview();
  /// The invoice of the subscription's first period, two hours after its end.
  Json invoice_of_the_month();

  Account account{};
  std::string meter;
  std::string customer;
  std::string price;
  Json subscription;
};

}  // namespace sandbox_test
