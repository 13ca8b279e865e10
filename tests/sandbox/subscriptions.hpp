// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "account.hpp"

#include <doctest/doctest.h>

#include <string>

namespace sandbox_test {

inline Json paid(Account& account, const std::string& price, const Fields& extra = {}) {
  return account.pay(account.session(account.customer(), price, extra)["id"]);
}

/// One licensed item, quantity 2 at 2000 a month.
inline Json licensed(Account& account, const Fields& extra = {}) {
  Fields fields = {{"line_items[0][quantity]", "2"}};
  fields.insert(fields.end(), extra.begin(), extra.end());
  return paid(account, account.licensed_price(account.product()), fields);
}

inline std::string subscription_path(const Json& subscription) {
  return "/v1/subscriptions/" + std::string(subscription["id"]);
}

inline void use(Account& account, const Json& subscription, const std::string& quantity) {
  const Answer answer =
      account.post("/v1/subscription_items/" + item_of(subscription) + "/usage_records",
                   {{"quantity", quantity}});
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
}

inline Json invoices(Account& account, const Json& subscription) {
  return account.get("/v1/invoices", {{"subscription", subscription["id"]}, {"limit", "100"}})
      .body["data"];
}

inline Json last_of_type(Account& account, const std::string& type) {
  const Json events = account.get("/v1/events", {{"type", type}}).body["data"];
  REQUIRE(!events.empty());
  return events[0];
}

}  // namespace sandbox_test
