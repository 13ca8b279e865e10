// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace sandbox_test {
namespace {

Json events(Account& account, const Fields& fields = {}) {
  Fields all = {{"limit", "100"}};
  all.insert(all.end(), fields.begin(), fields.end());
  const Answer answer = account.get("/v1/events", all);
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body["data"];
}

/// The types, oldest first.
std::vector<std::string> types(Account& account, const Fields& fields = {}) {
  std::vector<std::string> types;
  for (const Json& event : events(account, fields)) types.push_back(event["type"]);
  std::ranges::reverse(types);
  return types;
}

using Types = std::vector<std::string>;

}  // namespace

TEST_CASE("an event holds the object, the version and the request") {
  Account account;
  account.version = "2026-10-28.endive";
  const Answer made = account.post("/v1/customers", {{"email", "a@example.com"}}, "a-key");
  const Json event = events(account)[0];
  CHECK(std::string(event["id"]).starts_with("evt_"));
  CHECK(event["object"] == "event");
  CHECK(event["type"] == "customer.created");
  CHECK(event["api_version"] == "2025-02-24.acacia");
  CHECK(event["created"] == account.now);
  CHECK(event["livemode"] == false);
  CHECK(event["pending_webhooks"] == 0);
  CHECK(event["request"] == Json{{"id", made.header("Request-Id")}, {"idempotency_key", "a-key"}});
  CHECK(event["data"] == Json{{"object", made.body}});
  CHECK(account.get("/v1/events/" + std::string(event["id"])).body == event);
  CHECK(account.get("/v1/events/evt_none").error()["code"] == "resource_missing");
}

TEST_CASE("a replayed call, a refused one and one that changes nothing are no events") {
  Account account;
  const std::string path = "/v1/customers/" + account.customer("a@example.com");
  account.post("/v1/customers", {{"name", "x"}}, "key");
  account.post("/v1/customers", {{"name", "x"}}, "key");
  CHECK(types(account) == Types{"customer.created", "customer.created"});
  account.post(path, {{"email", "no address"}});
  account.post(path, {{"email", "a@example.com"}});
  account.post(path);
  CHECK(types(account).size() == 2);
}

TEST_CASE("previous_attributes are what changed: keys of a hash, lists as a whole") {
  Account account;
  const std::string customer = "/v1/customers/" + account.customer("a@example.com");
  account.post(customer, {{"metadata[a]", "1"}, {"metadata[b]", "2"}, {"name", "Ada"}});
  CHECK(events(account)[0]["data"]["previous_attributes"] ==
        Json{{"metadata", {{"a", nullptr}, {"b", nullptr}}}, {"name", nullptr}});
  account.post(customer, {{"metadata[a]", "3"}, {"metadata[b]", ""}});
  const Json event = events(account)[0];
  CHECK(event["type"] == "customer.updated");
  CHECK(event["data"]["previous_attributes"] == Json{{"metadata", {{"a", "1"}, {"b", "2"}}}});
  CHECK(event["data"]["object"]["metadata"] == Json{{"a", "3"}});

  const std::string product = "/v1/products/" + account.product();
  account.post(product, {{"images[0]", "https://example.com/1"}, {"images[1]", "x"}});
  account.now += 1;
  account.post(product, {{"images[0]", "https://example.com/2"}, {"images[1]", "x"}});
  CHECK(events(account)[0]["data"]["previous_attributes"] ==
        Json{{"images", {"https://example.com/1", "x"}}, {"updated", account.now - 1}});
}

TEST_CASE("taking a lookup key away is a change of the price that had it") {
  Account account;
  const std::string product = account.product();
  const Fields price = {{"product", product},
                        {"currency", "usd"},
                        {"unit_amount", "1"},
                        {"lookup_key", "k"},
                        {"transfer_lookup_key", "true"}};
  const std::string first = account.post("/v1/prices", price).body["id"];
  account.post("/v1/prices", price);
  CHECK(types(account) ==
        Types{"product.created", "price.created", "price.updated", "price.created"});
  const Json update = events(account)[1];
  CHECK(update["data"]["object"]["id"] == first);
  CHECK(update["data"]["previous_attributes"] == Json{{"lookup_key", "k"}});
}

TEST_CASE("a checkout tells its story in a causal order, and no request did it") {
  Account account;
  const std::string price = account.licensed_price(account.product());
  const Json session = account.session("", price, {{"line_items[0][quantity]", "1"}});
  CHECK(types(account) == Types{"product.created", "plan.created", "price.created"});
  const std::size_t before = events(account).size();
  account.pay(session["id"]);
  Types told = types(account);
  told.erase(told.begin(), told.begin() + static_cast<std::ptrdiff_t>(before));
  CHECK(told == Types{"customer.created", "payment_method.attached", "customer.updated",
                      "customer.subscription.created", "invoice.created", "invoice.finalized",
                      "payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
                      "invoice.updated", "invoice.paid", "invoice.payment_succeeded",
                      "checkout.session.completed"});
  for (const Json& event : events(account, {{"type", "invoice.*"}})) {
    CHECK(event["request"] == Json{{"id", nullptr}, {"idempotency_key", nullptr}});
  }
  CHECK(events(account, {{"type", "invoice.created"}})[0]["data"]["object"]["status"] == "draft");
  CHECK(events(account, {{"type", "invoice.paid"}})[0]["data"]["object"]["status"] == "paid");
}

TEST_CASE("time emits at its time: a renewal, an end, an expiry") {
  Account account;
  const Json subscription = account.metered_subscription();
  const std::string path = "/v1/subscriptions/" + std::string(subscription["id"]);
  const std::int64_t end = subscription["current_period_end"];
  account.now = end + 1000;
  const Json renewal = events(account, {{"type", "customer.subscription.updated"}})[0];
  CHECK(renewal["created"] == end);
  CHECK(renewal["data"]["previous_attributes"]["current_period_end"] == end);
  CHECK(events(account, {{"type", "invoice.created"}})[0]["created"] == end);

  const Json session = account.session("", account.metered_price(account.product()));
  account.now += day + 5;
  const Json expiry = events(account, {{"type", "checkout.session.expired"}})[0];
  CHECK(expiry["created"] == session["expires_at"]);
  CHECK(expiry["data"]["object"]["url"].is_null());

  account.post(path, {{"cancel_at_period_end", "true"}});
  const std::int64_t last = account.get(path).body["current_period_end"];
  account.now = last + 1;
  const Json ended = events(account, {{"type", "customer.subscription.deleted"}})[0];
  CHECK(ended["created"] == last);
  CHECK(ended["data"]["object"]["status"] == "canceled");
}

TEST_CASE("a failed charge is told, and a deleted customer's subscriptions end") {
  Account account;
  const std::string price = account.licensed_price(account.product());
  const Json session = account.session(
      account.customer(), price,
      {{"line_items[0][quantity]", "1"}, {"subscription_data[trial_period_days]", "3"}});
  const Json subscription = account.pay(session["id"], "4000000000000341");
  account.now += 3 * day + hour;
  CHECK(events(account, {{"type", "invoice.payment_failed"}}).size() == 1);
  const Json changes = events(account, {{"type", "customer.subscription.updated"}});
  REQUIRE(changes.size() == 2);
  CHECK(changes[1]["data"]["previous_attributes"]["status"] == "trialing");
  CHECK(changes[0]["data"]["previous_attributes"] == Json{{"status", "active"}});
  account.remove("/v1/customers/" + std::string(subscription["customer"]));
  const Json last = events(account);
  CHECK(last[0]["type"] == "customer.deleted");
  CHECK(last[0]["data"]["object"]["email"] == "ada@example.com");
  CHECK(last[1]["type"] == "invoice.updated");
  CHECK(last[1]["data"]["object"]["auto_advance"] == false);
  CHECK(last[2]["type"] == "customer.subscription.deleted");
}

TEST_CASE("events are filtered and paged like any list, and kept for thirty days") {
  Account account;
  const std::string customer = account.customer();
  account.now += 10;
  account.post("/v1/customers/" + customer, {{"name", "x"}});
  account.product();
  CHECK(types(account, {{"type", "customer.*"}}) == Types{"customer.created", "customer.updated"});
  CHECK(types(account, {{"type", "customer.updated"}}) == Types{"customer.updated"});
  CHECK(types(account, {{"types[0]", "product.created"}, {"types[1]", "customer.created"}}) ==
        Types{"customer.created", "product.created"});
  CHECK(account.get("/v1/events", {{"type", "a"}, {"types[0]", "b"}}).status == 400);
  CHECK(types(account, {{"created[gte]", std::to_string(account.now)}}).size() == 2);
  CHECK(types(account, {{"delivery_success", "true"}}).size() == 3);
  CHECK(types(account, {{"delivery_success", "false"}}).empty());
  const Json all = events(account);
  const auto page = [&](const char* cursor) {
    return account.get("/v1/events", {{cursor, all[1]["id"]}}).body["data"];
  };
  CHECK(page("starting_after") == Json::array({all[2]}));
  CHECK(page("ending_before") == Json::array({all[0]}));

  account.now += 30 * day;
  account.product();
  CHECK(types(account) == Types{"customer.updated", "product.created", "product.created"});
  CHECK(account.get("/v1/events/" + std::string(all[2]["id"])).status == 404);
  account.now += 1;
  account.product();
  CHECK(types(account).size() == 2);
}

TEST_CASE("usage is not an event") {
  Account account;
  const Json subscription = account.metered_subscription();
  const std::size_t before = events(account).size();
  account.post("/v1/subscription_items/" + item_of(subscription) + "/usage_records",
               {{"quantity", "3"}});
  CHECK(events(account).size() == before);
}

}  // namespace sandbox_test
