// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

constexpr const char* newest = "2026-10-28.endive";

Answer upcoming(Account& account, const Fields& fields) {
  return account.get("/v1/invoices/upcoming", fields);
}

}  // namespace

TEST_CASE("the lines of an upcoming invoice can be paged") {
  Account account;
  const std::string product = account.product();
  const Json session = account.session(account.customer(), account.metered_price(product),
                                       {{"line_items[1][price]", account.licensed_price(product)},
                                        {"line_items[1][quantity]", "1"}});
  const Json subscription = account.pay(session["id"]);
  const Fields of = {{"subscription", subscription["id"]}};
  const Json whole = upcoming(account, of).body["lines"]["data"];
  const std::string path = "/v1/invoices/upcoming/lines";
  CHECK(account.get(path, of).body["data"] == whole);
  const Json first = account.get(path, {{"subscription", subscription["id"]}, {"limit", "1"}}).body;
  CHECK(first["has_more"] == true);
  const Json second = account
                          .get(path, {{"subscription", subscription["id"]},
                                      {"starting_after", first["data"][0]["id"]}})
                          .body;
  REQUIRE(second["data"].size() == 1);
  CHECK(second["data"][0]["id"] == whole[1]["id"]);
  account.version = newest;
  CHECK(account.get(path, of).status == 404);
}

TEST_CASE("a preview shows what a change would come to, and changes nothing") {
  Account account;
  const std::string product = account.product();
  const Json session = account.session(account.customer(), account.licensed_price(product),
                                       {{"line_items[0][quantity]", "1"}});
  const Json subscription = account.pay(session["id"]);
  const std::string dearer = account.licensed_price(product, "9000");
  const Fields flat = {{"subscription", subscription["id"]},
                       {"subscription_items[0][id]", item_of(subscription)},
                       {"subscription_items[0][price]", dearer},
                       {"subscription_items[0][quantity]", "2"}};
  CHECK(upcoming(account, flat).status == 400);
  Fields plain = flat;
  plain.emplace_back("subscription_proration_behavior", "none");
  CHECK(upcoming(account, plain).body["total"] == 18000);
  const Fields nested = {{"subscription", subscription["id"]},
                         {"subscription_details[items][0][id]", item_of(subscription)},
                         {"subscription_details[items][0][price]", dearer},
                         {"subscription_details[items][0][quantity]", "2"},
                         {"subscription_details[proration_behavior]", "none"}};
  for (const char* version : {"2025-02-24.acacia", newest}) {
    account.version = version;
    CHECK(account.post("/v1/invoices/create_preview", nested).body["total"] == 18000);
  }
  account.version.clear();
  CHECK(account.get("/v1/subscriptions/" + std::string(subscription["id"])).body == subscription);
}

TEST_CASE("a preview has the invoice items that wait for it") {
  Account account;
  const std::string customer = account.customer();
  const std::string price = account.licensed_price(account.product());
  const Json subscription =
      account.pay(account.session(customer, price, {{"line_items[0][quantity]", "1"}})["id"]);
  for (const char* amount : {"500", "70"}) {
    REQUIRE(account
                .post("/v1/invoiceitems",
                      {{"customer", customer}, {"currency", "usd"}, {"amount", amount}})
                .status == 200);
  }
  const Fields changed = {{"subscription", subscription["id"]},
                          {"subscription_items[0][id]", item_of(subscription)},
                          {"subscription_items[0][quantity]", "3"},
                          {"subscription_proration_behavior", "none"}};
  CHECK(upcoming(account, changed).body["total"] == 6570);
  const Json fresh = upcoming(account, {{"customer", customer},
                                        {"subscription_items[0][price]", price},
                                        {"subscription_items[0][quantity]", "1"}})
                         .body;
  CHECK(fresh["total"] == 2570);
  CHECK(fresh["subscription"].is_null());
  const Json last = upcoming(account, {{"subscription", subscription["id"]},
                                       {"subscription_cancel_at_period_end", "true"}})
                        .body;
  CHECK(last["total"] == 570);
}

TEST_CASE("a subscription that isn't there yet is previewed with its first invoice") {
  Account account;
  const std::string product = account.product();
  const std::string customer = account.customer();
  Fields fields = {{"customer", customer},
                   {"subscription_items[0][price]", account.licensed_price(product)},
                   {"subscription_items[0][quantity]", "3"},
                   {"subscription_items[1][price]", account.metered_price(product)}};
  const Json first = upcoming(account, fields).body;
  CHECK(first["total"] == 6000);
  CHECK(first["created"] == account.now);
  CHECK(first["customer"] == customer);
  CHECK(first["subscription"].is_null());
  REQUIRE(first["lines"]["data"].size() == 2);
  CHECK(first["lines"]["data"][0]["period"]["start"] == account.now);
  fields.emplace_back("subscription_trial_end", std::to_string(account.now + 5 * day));
  CHECK(upcoming(account, fields).body["total"] == 0);
  CHECK(account.get("/v1/subscriptions").body["data"].empty());
  CHECK(upcoming(account, {{"customer", customer}}).error()["code"] == "invoice_upcoming_none");
}

TEST_CASE("a subscription by a meter that isn't there yet begins with nothing used") {
  Account account;
  account.version = newest;
  const std::string meter =
      account
          .post("/v1/billing/meters", {{"display_name", "Clicks"},
                                       {"event_name", "click"},
                                       {"default_aggregation[formula]", "sum"}})
          .body["id"];
  const std::string price = account
                                .post("/v1/prices", {{"product", account.product()},
                                                     {"currency", "usd"},
                                                     {"unit_amount", "8000"},
                                                     {"recurring[interval]", "month"},
                                                     {"recurring[usage_type]", "metered"},
                                                     {"recurring[meter]", meter}})
                                .body["id"];
  const Answer preview = account.post(
      "/v1/invoices/create_preview",
      {{"customer", account.customer()}, {"subscription_details[items][0][price]", price}});
  CHECK(preview.status == 200);
  CHECK(preview.body["total"] == 0);
  CHECK(preview.body["lines"]["data"].size() == 1);
}

TEST_CASE("a preview of an end has what was used, and is none when nothing was") {
  Account account;
  const Json subscription = account.metered_subscription();
  const Fields now = {{"subscription", subscription["id"]}, {"subscription_cancel_now", "true"}};
  const Fields later = {{"subscription", subscription["id"]},
                        {"subscription_cancel_at_period_end", "true"}};
  CHECK(upcoming(account, now).status == 404);
  CHECK(upcoming(account, later).status == 404);
  account.post("/v1/subscription_items/" + item_of(subscription) + "/usage_records",
               {{"quantity", "2"}});
  account.now += day;
  CHECK(upcoming(account, now).body["total"] == 16000);
  CHECK(upcoming(account, now).body["created"] == account.now);
  CHECK(upcoming(account, later).body["created"] == subscription["current_period_end"]);
}

TEST_CASE("a trial that ended now would be followed by its first period") {
  Account account;
  const Json session = account.session(
      account.customer(), account.licensed_price(account.product()),
      {{"line_items[0][quantity]", "1"}, {"subscription_data[trial_period_days]", "10"}});
  const Json subscription = account.pay(session["id"]);
  const Json invoice =
      upcoming(account, {{"subscription", subscription["id"]}, {"subscription_trial_end", "now"}})
          .body;
  CHECK(invoice["total"] == 2000);
  CHECK(invoice["lines"]["data"][0]["period"]["start"] == account.now);
}

}  // namespace sandbox_test
