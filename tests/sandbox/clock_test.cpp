// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

Json subscription_of(Account& account, const Json& subscription) {
  return account.get("/v1/subscriptions/" + std::string(subscription["id"])).body;
}

}  // namespace

TEST_CASE("periods begun on the 31st end on the last day of a shorter month") {
  Account account;
  account.now = january_31;
  const Json subscription = account.metered_subscription();
  CHECK(subscription["current_period_end"] == february_28);
  account.now = february_28;
  CHECK(subscription_of(account, subscription)["current_period_end"] == march_31);
}

TEST_CASE("a period that ends is invoiced, and its usage is closed") {
  Account account;
  const Json subscription = account.metered_subscription();
  const std::string item = item_of(subscription);
  const std::string records = "/v1/subscription_items/" + item + "/usage_records";
  account.now += 10;
  account.post(records, {{"quantity", "3"}});
  const std::int64_t end = subscription["current_period_end"];
  account.now = end + hour;

  const Json rolled = subscription_of(account, subscription);
  CHECK(rolled["current_period_start"] == end);
  const Json summaries =
      account.get("/v1/subscription_items/" + item + "/usage_record_summaries").body["data"];
  REQUIRE(summaries.size() == 2);
  CHECK(summaries[0]["total_usage"] == 0);
  CHECK(summaries[1]["total_usage"] == 3);
  CHECK(summaries[1]["period"]["end"] == end);
  const Json invoice = account.get("/v1/invoices/" + std::string(summaries[1]["invoice"])).body;
  CHECK(invoice["id"] == rolled["latest_invoice"]);
  CHECK(invoice["billing_reason"] == "subscription_cycle");
  CHECK(invoice["total"] == 24000);
  CHECK(invoice["status"] == "paid");
  CHECK(invoice["lines"]["data"][0]["period"] ==
        Json{{"start", subscription["current_period_start"]}, {"end", end}});
  CHECK(account.post(records, {{"quantity", "1"}, {"timestamp", std::to_string(end - 1)}}).status ==
        400);
}

TEST_CASE("a trial costs nothing until it ends, then the subscription is active and billed") {
  Account account;
  const std::string price = account.licensed_price(account.product());
  const Json session = account.session(
      account.customer(), price,
      {{"line_items[0][quantity]", "1"}, {"subscription_data[trial_period_days]", "3"}});
  CHECK(session["amount_total"] == 0);
  const Json subscription = account.pay(session["id"]);
  CHECK(subscription["status"] == "trialing");
  CHECK(subscription["trial_end"] == account.now + 3 * day);
  CHECK(subscription["current_period_end"] == subscription["trial_end"]);
  CHECK(
      account.get("/v1/invoices/upcoming", {{"subscription", subscription["id"]}}).body["total"] ==
      2000);

  account.now += 3 * day + hour;
  const Json after = subscription_of(account, subscription);
  CHECK(after["status"] == "active");
  CHECK(after["billing_cycle_anchor"] == subscription["trial_end"]);
  CHECK(account.get("/v1/invoices/" + std::string(after["latest_invoice"])).body["amount_paid"] ==
        2000);
}

TEST_CASE("a card that fails later leaves the invoice open and the subscription past due") {
  Account account;
  const std::string price = account.licensed_price(account.product());
  const Json session = account.session(
      account.customer(), price,
      {{"line_items[0][quantity]", "1"}, {"subscription_data[trial_period_days]", "3"}});
  const Json subscription = account.pay(session["id"], "4000000000000341");
  account.now += 3 * day + hour;
  const Json after = subscription_of(account, subscription);
  CHECK(after["status"] == "past_due");
  CHECK(account.get("/v1/invoices/" + std::string(after["latest_invoice"])).body["status"] ==
        "open");
}

TEST_CASE("a subscription canceled at the period's end still bills what was used") {
  Account account;
  const Json subscription = account.metered_subscription();
  const std::string path = "/v1/subscriptions/" + std::string(subscription["id"]);
  account.post("/v1/subscription_items/" + item_of(subscription) + "/usage_records",
               {{"quantity", "2"}});
  const Json ending = account.post(path, {{"cancel_at_period_end", "true"}}).body;
  CHECK(ending["status"] == "active");
  CHECK(ending["cancel_at"] == subscription["current_period_end"]);
  account.now = subscription["current_period_end"];
  const Json ended = account.get(path).body;
  CHECK(ended["status"] == "canceled");
  CHECK(account.get("/v1/invoices/" + std::string(ended["latest_invoice"])).body["total"] == 16000);
}

TEST_CASE("an open session expires by itself, and its page says so") {
  Account account;
  const Json session =
      account.session(account.customer(), account.metered_price(account.product()));
  account.now += day;
  const Json expired = account.get("/v1/checkout/sessions/" + std::string(session["id"])).body;
  CHECK(expired["status"] == "expired");
  CHECK(expired["url"].is_null());
  const Answer page = account.send("GET", "/c/pay/" + std::string(session["id"]));
  CHECK(page.text.find("This page has expired") != std::string::npos);
  CHECK(account.submit("/c/pay/" + std::string(session["id"]), card_form("4242424242424242"))
            .status == 410);
}

}  // namespace sandbox_test
