// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {

TEST_CASE("a subscription can be made directly, with a quantity only where it belongs") {
  Account account;
  const std::string product = account.product();
  const std::string metered = account.metered_price(product);
  const std::string licensed = account.licensed_price(product);
  const std::string customer = account.customer();
  const auto create = [&](const Fields& extra) {
    Fields fields = {{"customer", customer}};
    fields.insert(fields.end(), extra.begin(), extra.end());
    return account.post("/v1/subscriptions", fields);
  };
  CHECK(create({{"items[0][price]", metered}}).body["status"] == "active");
  CHECK(create({{"items[0][price]", metered}, {"items[0][quantity]", "1"}}).error()["message"] ==
        "You cannot set the quantity for metered plans.");
  const Answer unpaid = create({{"items[0][price]", licensed}});
  CHECK(unpaid.status == 400);
  CHECK(unpaid.error()["code"] == "resource_missing");
  CHECK(unpaid.error()["message"].get<std::string>().starts_with(
      "This customer has no attached payment source or default payment method."));
  const Json trial = create({{"items[0][price]", licensed}, {"trial_period_days", "3"}}).body;
  CHECK(trial["status"] == "trialing");
  CHECK(trial["items"]["data"][0]["quantity"] == 1);
  CHECK(create({}).error()["message"] == "Missing required param: items.");
  CHECK(create({{"items[0][price]", metered}, {"items[1][price]", metered}}).error()["param"] ==
        "plan");
  CHECK(create({{"items[0][price]", metered}, {"trial_end", "1000"}}).error()["message"] ==
        "The parameter `trial_end` expects a unix timestamp representing a date and time in the "
        "future. You specified the value `1000` which is in the past.");
  const Answer nobody =
      account.post("/v1/subscriptions", {{"customer", "cus_x"}, {"items[0][price]", metered}});
  CHECK(nobody.status == 404);
  CHECK(nobody.error()["param"] == "customer");
}

TEST_CASE("a canceled subscription is gone for lists and for a second cancel") {
  Account account;
  const Json subscription = account.metered_subscription();
  const std::string path = "/v1/subscriptions/" + std::string(subscription["id"]);
  const Json canceled = account.remove(path).body;
  CHECK(canceled["status"] == "canceled");
  CHECK(canceled["ended_at"] == account.now);
  CHECK(canceled["cancellation_details"]["reason"] == "cancellation_requested");
  const Answer again = account.remove(path);
  CHECK(again.status == 404);
  CHECK(again.error()["param"] == "id");
  const auto count = [&](const Fields& fields) {
    return account.get("/v1/subscriptions", fields).body["data"].size();
  };
  CHECK(count({}) == 0);
  CHECK(count({{"status", "all"}}) == 1);
  CHECK(count({{"status", "canceled"}, {"customer", subscription["customer"]}}) == 1);
  CHECK(account.post(path, {{"cancel_at_period_end", "true"}}).error()["code"] ==
        "invalid_canceled_subscription_fields");
  CHECK(account.post(path, {{"metadata[a]", "1"}}).status == 200);
  const Answer upcoming =
      account.get("/v1/invoices/upcoming", {{"customer", subscription["customer"]}});
  CHECK(upcoming.status == 404);
  CHECK(upcoming.error()["code"] == "invoice_upcoming_none");
  CHECK(upcoming.error()["message"] ==
        "No upcoming invoices for customer: " + std::string(subscription["customer"]));
}

TEST_CASE("canceling at the period's end can be taken back") {
  Account account;
  const Json subscription = account.metered_subscription();
  const std::string path = "/v1/subscriptions/" + std::string(subscription["id"]);
  account.post(path, {{"cancel_at_period_end", "true"}});
  CHECK(account.get("/v1/invoices/upcoming", {{"subscription", subscription["id"]}}).status == 404);
  const Json back = account.post(path, {{"cancel_at_period_end", "false"}}).body;
  CHECK(back["cancel_at"].is_null());
  CHECK(back["canceled_at"].is_null());
  CHECK(account.get("/v1/invoices/upcoming", {{"subscription", subscription["id"]}}).status == 200);
}

TEST_CASE("items are listed below their subscription") {
  Account account;
  const Json subscription = account.metered_subscription();
  const Json list =
      account.get("/v1/subscription_items", {{"subscription", subscription["id"]}}).body;
  CHECK(list["data"] == subscription["items"]["data"]);
  CHECK(subscription["items"]["url"] ==
        "/v1/subscription_items?subscription=" + std::string(subscription["id"]));
  CHECK(list["data"][0]["plan"]["usage_type"] == "metered");
  CHECK(account.get("/v1/subscription_items").error()["message"] ==
        "Missing required param: subscription.");
}

TEST_CASE("an upcoming invoice has used units of this period and licensed ones of the next") {
  Account account;
  const std::string product = account.product();
  const std::string metered = account.metered_price(product);
  const std::string licensed = account.licensed_price(product);
  const Json session =
      account.session(account.customer(), metered,
                      {{"line_items[1][price]", licensed}, {"line_items[1][quantity]", "2"}});
  CHECK(session["amount_total"] == 4000);
  const Json subscription = account.pay(session["id"]);
  account.post("/v1/subscription_items/" + item_of(subscription) + "/usage_records",
               {{"quantity", "1"}});
  const Json upcoming =
      account.get("/v1/invoices/upcoming", {{"subscription", subscription["id"]}}).body;
  const Json& lines = upcoming["lines"]["data"];
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["amount"] == 8000);
  CHECK(lines[0]["period"]["end"] == subscription["current_period_end"]);
  CHECK(lines[1]["amount"] == 4000);
  CHECK(lines[1]["period"]["start"] == subscription["current_period_end"]);
  CHECK(upcoming["total"] == 12000);
  CHECK(account.get("/v1/invoices/upcoming").status == 400);
}

}  // namespace sandbox_test
