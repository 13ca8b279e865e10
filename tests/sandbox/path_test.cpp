// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {

TEST_CASE("three sessions on the on-demand package come to $240.00 on the next invoice") {
  Account account;
  const std::string price = account.metered_price(account.product());
  const std::string customer = account.customer();
  const Json session = account.session(
      customer, price,
      {{"metadata[challenge_id]", "c1"}, {"subscription_data[metadata][challenge_id]", "c2"}});
  CHECK(session["url"] == "http://127.0.0.1:12111/c/pay/" + std::string(session["id"]));
  CHECK(session["amount_total"] == 0);
  CHECK(session["customer"] == customer);
  CHECK(session["subscription"].is_null());

  const Answer paid =
      account.submit("/c/pay/" + std::string(session["id"]), card_form("4242 4242 4242 4242"));
  CHECK(paid.status == 303);
  CHECK(paid.header("Location") == "https://example.com/done?s=" + std::string(session["id"]));

  const Json done = account
                        .get("/v1/checkout/sessions/" + std::string(session["id"]),
                             {{"expand[]", "subscription"}})
                        .body;
  CHECK(done["status"] == "complete");
  CHECK(done["url"].is_null());
  CHECK(done["payment_status"] == "no_payment_required");
  const Json& subscription = done["subscription"];
  CHECK(subscription["status"] == "active");
  CHECK(subscription["metadata"] == Json{{"challenge_id", "c2"}});
  CHECK_FALSE(subscription["items"]["data"][0].contains("quantity"));

  const std::string item = item_of(subscription);
  const std::string records = "/v1/subscription_items/" + item + "/usage_records";
  for (int i = 0; i < 3; ++i) {
    ++account.now;
    const Answer record = account.post(
        records,
        {{"quantity", "1"}, {"action", "set"}, {"timestamp", std::to_string(account.now)}});
    CHECK(record.status == 200);
    CHECK(record.body["id"].get<std::string>().starts_with("mbur_"));
    CHECK(record.body["subscription_item"] == item);
  }
  const Json summaries =
      account.get("/v1/subscription_items/" + item + "/usage_record_summaries").body;
  REQUIRE(summaries["data"].size() == 1);
  CHECK(summaries["data"][0]["total_usage"] == 3);
  CHECK(summaries["data"][0]["invoice"].is_null());

  const Json upcoming = account.get("/v1/invoices/upcoming", {{"customer", customer}}).body;
  CHECK(upcoming["total"] == 24000);
  CHECK_FALSE(upcoming.contains("id"));
  CHECK(upcoming["lines"]["data"][0]["description"] ==
        "3 × /dev/chat Pair Coding (at $80.00 / month)");
  CHECK(upcoming["lines"]["data"][0]["quantity"] == 3);
}

TEST_CASE("a completed checkout leaves its card on the subscription and a paid invoice") {
  Account account;
  const std::string price = account.licensed_price(account.product());
  const std::string session = account.session("", price, {{"line_items[0][quantity]", "2"}})["id"];
  const Json subscription = account.pay(session, "5555555555554444");
  const Json done = account.get("/v1/checkout/sessions/" + session).body;
  CHECK(done["payment_status"] == "paid");
  CHECK(done["customer_details"]["email"] == "grace@example.com");

  const Json customer = account.get("/v1/customers/" + std::string(done["customer"])).body;
  CHECK(customer["email"] == "grace@example.com");
  CHECK(customer["invoice_settings"]["default_payment_method"].is_null());

  const Json method =
      account.get("/v1/payment_methods/" + std::string(subscription["default_payment_method"]))
          .body;
  CHECK(method["card"]["brand"] == "mastercard");
  CHECK(method["card"]["last4"] == "4444");
  CHECK(method["customer"] == customer["id"]);

  const Json invoice = account.get("/v1/invoices/" + std::string(done["invoice"])).body;
  CHECK(invoice["status"] == "paid");
  CHECK(invoice["amount_paid"] == 4000);
  CHECK(invoice["billing_reason"] == "subscription_create");
  CHECK(invoice["number"] == std::string(customer["invoice_prefix"]) + "-0001");
  CHECK(account.get("/v1/invoices", {{"customer", customer["id"]}, {"status", "paid"}})
            .body["data"]
            .size() == 1);
}

}  // namespace sandbox_test
