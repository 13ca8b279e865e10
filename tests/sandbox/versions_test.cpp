// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

const std::string basil = "2025-03-31.basil";
const std::string newest = "2026-10-28.endive";

bool has_all(const Json& body, const std::vector<std::string>& names) {
  bool all = true;
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK(body.contains(name));
    all = all && body.contains(name);
  }
  return all;
}

bool has_none(const Json& body, const std::vector<std::string>& names) {
  bool none = true;
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK_FALSE(body.contains(name));
    none = none && !body.contains(name);
  }
  return none;
}

/// A subscription to a licensed price, with its first invoice paid.
Json licensed_subscription(Account& account) {
  const std::string price = account.licensed_price(account.product());
  return account.pay(
      account.session(account.customer(), price, {{"line_items[0][quantity]", "2"}})["id"]);
}

}  // namespace

TEST_CASE("any date Stripe could have used is a version, with the train of its time") {
  Account account;
  for (const char* good :
       {"2019-12-03", "2020-08-27", "2024-02-29", "2024-06-20", "2024-09-29", "2024-09-30.acacia",
        "2025-02-24.acacia", "2025-03-31.basil", "2025-08-27.basil", "2025-09-30.clover",
        "2026-02-25.clover", "2026-03-25.dahlia", "2026-08-26.dahlia", "2026-09-30.endive",
        "2026-10-28.endive"}) {
    CAPTURE(good);
    account.version = good;
    const Answer answer = account.get("/v1/account");
    CHECK(answer.status == 200);
    CHECK(answer.header("Stripe-Version") == good);
  }
  for (const char* bad :
       {"2019-12-02", "2022-02-29", "2024-13-01", "2024-09-30", "2025-02-24", "2025-02-24.basil",
        "2025-03-10.acacia", "2025-03-31.acacia", "2024-06-20.acacia", "2025-03-31.", "basil",
        "2025-3-31.basil", "2999-01-01.endive", "2026-10-28.endive.x", "not-a-real-version",
        "-024-01-01", "2024--1-01"}) {
    CAPTURE(bad);
    account.version = bad;
    const Answer answer = account.get("/v1/account");
    CHECK(answer.status == 400);
    CHECK(answer.error()["message"] == "Invalid Stripe API version: " + std::string(bad));
    CHECK_FALSE(answer.error().contains("code"));
  }
  account.version.clear();
  CHECK(account.get("/v1/account").header("Stripe-Version") == "2025-02-24.acacia");
}

TEST_CASE("a subscription has its period on itself before basil, and on its items since") {
  Account account;
  const Json old = licensed_subscription(account);
  const std::string path = "/v1/subscriptions/" + std::string(old["id"]);
  CHECK(has_all(old, {"current_period_start", "current_period_end", "discount"}));
  CHECK(has_none(old, {"billing_mode"}));
  CHECK(has_none(old["items"]["data"][0], {"current_period_start", "current_period_end"}));
  CHECK(has_all(old["items"]["data"][0]["price"]["recurring"], {"aggregate_usage", "meter"}));

  account.version = newest;
  const Json now = account.get(path).body;
  CHECK(has_none(now, {"current_period_start", "current_period_end", "discount"}));
  CHECK(has_all(now, {"billing_mode", "discounts", "customer_account"}));
  CHECK(now["billing_mode"]["type"] == "classic");
  const Json& item = now["items"]["data"][0];
  CHECK(item["current_period_start"] == old["current_period_start"]);
  CHECK(item["current_period_end"] == old["current_period_end"]);
  CHECK(has_none(item["price"]["recurring"], {"aggregate_usage"}));
  CHECK(has_none(item["plan"], {"aggregate_usage"}));
  CHECK(account.get("/v1/subscription_items/" + std::string(item["id"])).body == item);
}

TEST_CASE("subscriptions made since clover are flexible unless they say otherwise") {
  Account account;
  const std::string customer = account.customer();
  const std::string price = account.metered_price(account.product());
  const auto made = [&](const std::string& version, const Fields& extra = {}) {
    account.version = version;
    Fields fields = {{"customer", customer}, {"items[0][price]", price}};
    fields.insert(fields.end(), extra.begin(), extra.end());
    return account.post("/v1/subscriptions", fields);
  };
  CHECK(made("2025-08-27.basil").body["billing_mode"]["type"] == "classic");
  CHECK(made("2025-09-30.clover").body["billing_mode"]["type"] == "flexible");
  CHECK(
      made("2025-09-30.clover", {{"billing_mode[type]", "classic"}}).body["billing_mode"]["type"] ==
      "classic");
  CHECK(made("2025-02-24.acacia", {{"billing_mode[type]", "classic"}}).error()["message"] ==
        "Received unknown parameter: billing_mode");
}

TEST_CASE("an invoice names its subscription by itself before basil, and by its parent since") {
  Account account;
  const Json subscription = licensed_subscription(account);
  const std::string path = "/v1/invoices/" + std::string(subscription["latest_invoice"]);
  const std::vector<std::string> gone = {
      "subscription", "subscription_details", "paid", "payment_intent", "charge", "discount",
      "tax",          "total_tax_amounts"};
  const std::vector<std::string> come = {"parent", "total_taxes", "amount_overpaid"};
  const std::vector<std::string> line_gone = {"price", "plan", "type", "proration", "tax_amounts"};
  const std::vector<std::string> line_come = {"parent", "pricing", "taxes", "subtotal"};
  const Json old = account.get(path).body;
  CHECK(has_all(old, gone));
  CHECK(has_none(old, come));
  CHECK(has_all(old["lines"]["data"][0], line_gone));
  CHECK(has_none(old["lines"]["data"][0], line_come));

  account.version = newest;
  const Json now = account.get(path).body;
  CHECK(has_none(now, gone));
  CHECK(has_all(now, come));
  CHECK(now["parent"]["subscription_details"]["subscription"] == subscription["id"]);
  const Json& line = now["lines"]["data"][0];
  CHECK(has_none(line, line_gone));
  CHECK(has_all(line, line_come));
  CHECK(line["pricing"]["price_details"]["price"] ==
        subscription["items"]["data"][0]["price"]["id"]);
  CHECK(line["parent"]["subscription_item_details"]["subscription_item"] ==
        subscription["items"]["data"][0]["id"]);
  CHECK(line["parent"]["invoice_item_details"].is_null());
  CHECK(account.get(path + "/lines").body["data"][0] == line);
}

TEST_CASE("what can be expanded depends on the version, and expanded objects have its shape") {
  Account account;
  const Json subscription = licensed_subscription(account);
  const std::string path = "/v1/invoices/" + std::string(subscription["latest_invoice"]);
  const auto expanded = [&](const std::string& property) {
    return account.get(path, {{"expand[]", property}});
  };
  const std::string parent = "parent.subscription_details.subscription";
  CHECK(expanded("subscription").body["subscription"].contains("current_period_end"));
  CHECK(expanded(parent).status == 400);
  account.version = basil;
  CHECK(expanded("subscription").status == 400);
  const Json inside = expanded(parent).body["parent"]["subscription_details"]["subscription"];
  CHECK(inside["id"] == subscription["id"]);
  CHECK_FALSE(inside.contains("current_period_end"));
}

TEST_CASE("since basil there are no usage records, upcoming invoices or metered prices by sum") {
  Account account;
  const Json subscription = account.metered_subscription();
  const std::string item = "/v1/subscription_items/" + item_of(subscription);
  const std::string product = account.product();
  account.version = basil;
  const auto unrecognized = [](const Answer& answer) {
    return answer.status == 404 &&
           std::string(answer.error()["message"]).starts_with("Unrecognized request URL (");
  };
  CHECK(unrecognized(account.post(item + "/usage_records", {{"quantity", "1"}})));
  CHECK(unrecognized(account.get(item + "/usage_record_summaries")));
  CHECK(unrecognized(account.get("/v1/invoices/upcoming", {{"subscription", subscription["id"]}})));
  Fields price = {{"product", product},
                  {"currency", "usd"},
                  {"unit_amount", "1"},
                  {"recurring[interval]", "month"},
                  {"recurring[usage_type]", "metered"}};
  const Answer meterless = account.post("/v1/prices", price);
  CHECK(meterless.status == 400);
  CHECK(meterless.error()["message"] ==
        "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by "
        "meters.");
  price.emplace_back("recurring[aggregate_usage]", "sum");
  CHECK(account.post("/v1/prices", price).error()["message"] ==
        "Received unknown parameter: recurring[aggregate_usage]");
}

TEST_CASE("a list tells how many there are in all, until basil") {
  Account account;
  for (int i = 0; i < 3; ++i) account.customer();
  const Fields counted = {{"limit", "1"}, {"expand[]", "total_count"}};
  CHECK(account.get("/v1/customers", counted).body["total_count"] == 3);
  CHECK_FALSE(account.get("/v1/customers").body.contains("total_count"));
  account.version = basil;
  CHECK(account.get("/v1/customers", counted).error()["message"] ==
        "This property cannot be expanded (total_count).");
}

TEST_CASE("previews are made in both worlds, and have an id since clover") {
  Account account;
  const Json subscription = licensed_subscription(account);
  const auto preview = [&](const std::string& version) {
    account.version = version;
    return account.post("/v1/invoices/create_preview", {{"subscription", subscription["id"]}});
  };
  CHECK(preview("2024-04-09").status == 404);
  const Json old = preview("2024-04-10").body;
  CHECK(old["total"] == 4000);
  CHECK(old["subscription"] == subscription["id"]);
  CHECK_FALSE(preview(basil).body.contains("id"));
  const Json now = preview("2025-09-30.clover").body;
  CHECK(std::string(now["id"]).starts_with("upcoming_in_"));
  CHECK(now["lines"]["data"][0]["invoice"].is_null());
  CHECK(account.get("/v1/events", {{"type", "invoice.created"}}).body["data"].size() == 1);
}

TEST_CASE("a checkout session's names and parameters follow the version") {
  Account account;
  const std::string customer = account.customer();
  const std::string price = account.metered_price(account.product());
  const Json old = account.session(customer, price, {{"payment_method_types[0]", "card"}});
  CHECK(old["ui_mode"] == "hosted");
  CHECK(has_all(old, {"shipping_details"}));
  account.version = newest;
  const Json now = account.session(customer, price, {{"ui_mode", "hosted_page"}});
  CHECK(now["ui_mode"] == "hosted_page");
  CHECK(has_none(now, {"shipping_details"}));
  CHECK(has_all(now, {"collected_information", "permissions", "wallet_options"}));
  const Answer refused =
      account.post("/v1/checkout/sessions", {{"mode", "subscription"},
                                             {"line_items[0][price]", price},
                                             {"success_url", "https://example.com"},
                                             {"payment_method_types[0]", "card"}});
  CHECK(refused.error()["message"] == "Received unknown parameter: payment_method_types");
}

}  // namespace sandbox_test
