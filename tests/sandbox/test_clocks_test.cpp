// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

const std::string clocks = "/v1/test_helpers/test_clocks";

std::string clock_at(Account& account, std::int64_t time) {
  const Answer answer = account.post(clocks, {{"frozen_time", std::to_string(time)}});
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body["id"];
}

std::string customer_of(Account& account, const std::string& clock) {
  const Answer answer =
      account.post("/v1/customers", {{"test_clock", clock}, {"email", "clock@example.com"}});
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body["id"];
}

Answer advance(Account& account, const std::string& clock, std::int64_t to) {
  return account.post(clocks + "/" + clock + "/advance", {{"frozen_time", std::to_string(to)}});
}

Json metered(Account& account, const std::string& customer, const Fields& extra = {}) {
  Fields fields = {{"customer", customer},
                   {"items[0][price]", account.metered_price(account.product())}};
  fields.insert(fields.end(), extra.begin(), extra.end());
  const Answer answer = account.post("/v1/subscriptions", fields);
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body;
}

std::vector<std::pair<std::string, std::int64_t>> story(Account& account, const std::string& of) {
  std::vector<std::pair<std::string, std::int64_t>> events;
  const Json list = account.get("/v1/events", {{"type", of}, {"limit", "100"}}).body["data"];
  for (const Json& event : list) {
    events.emplace(events.begin(), event["type"].get<std::string>(),
                   event["created"].get<std::int64_t>());
  }
  return events;
}

}  // namespace

TEST_CASE("what hangs on a test clock lives by its time") {
  Account account;
  const std::string clock = clock_at(account, january_31);
  const std::string customer = customer_of(account, clock);
  const Json subscription = metered(account, customer);
  CHECK(account.get("/v1/customers/" + customer).body["created"] == january_31);
  CHECK(subscription["created"] == january_31);
  CHECK(subscription["test_clock"] == clock);
  CHECK(subscription["current_period_end"] == february_28);
  const Json record =
      account
          .post("/v1/subscription_items/" + item_of(subscription) + "/usage_records",
                {{"quantity", "3"}, {"timestamp", "now"}})
          .body;
  CHECK(record["timestamp"] == january_31);
  const Json session = account.session(customer, account.metered_price(account.product()));
  CHECK(session["created"] == january_31);
  CHECK(session["expires_at"] == january_31 + day);
  // The sandbox's time doesn't touch it.
  account.now += 400 * day;
  CHECK(account.get("/v1/subscriptions/" + std::string(subscription["id"]))
            .body["current_period_end"] == february_28);
}

TEST_CASE("advancing a clock does all that comes due, in order and each at its time") {
  Account account;
  const std::string clock = clock_at(account, january_31);
  const Json subscription = metered(account, customer_of(account, clock));
  account.post("/v1/subscription_items/" + item_of(subscription) + "/usage_records",
               {{"quantity", "3"}});
  const Answer answer = advance(account, clock, march_31 - 1);
  CHECK(answer.body["status"] == "advancing");
  CHECK(answer.body["status_details"]["advancing"]["target_frozen_time"] == march_31 - 1);
  const Json ready = account.get(clocks + "/" + clock).body;
  CHECK(ready["status"] == "ready");
  CHECK(ready["frozen_time"] == march_31 - 1);

  const Json rolled = account.get("/v1/subscriptions/" + std::string(subscription["id"])).body;
  CHECK(rolled["current_period_start"] == february_28);
  const Json invoice = account.get("/v1/invoices/" + std::string(rolled["latest_invoice"])).body;
  CHECK(invoice["created"] == february_28);
  CHECK(invoice["total"] == 24000);
  CHECK(invoice["test_clock"] == clock);
  // The period, and then that nobody paid for it.
  const auto changes = story(account, "customer.subscription.updated");
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].second == february_28);
  CHECK(changes[1].second == february_28 + hour);
  const auto clock_story = story(account, "test_helpers.*");
  REQUIRE(clock_story.size() == 3);
  CHECK(clock_story[0].first == "test_helpers.test_clock.created");
  CHECK(clock_story[1].first == "test_helpers.test_clock.advancing");
  CHECK(clock_story[2].first == "test_helpers.test_clock.ready");
}

TEST_CASE("what a call causes names its request, what the clock causes names none") {
  Account account;
  const std::string clock = clock_at(account, january_31);
  metered(account, customer_of(account, clock));
  const Answer answer = advance(account, clock, february_28);
  const auto request_of = [&](const std::string& type) {
    return account.get("/v1/events", {{"type", type}}).body["data"][0]["request"]["id"];
  };
  CHECK(request_of("test_helpers.test_clock.advancing") == answer.header("Request-Id"));
  CHECK(request_of("test_helpers.test_clock.ready") == answer.header("Request-Id"));
  CHECK(request_of("customer.subscription.updated").is_null());
}

TEST_CASE("a trial's end is announced three days before, or at once") {
  Account account;
  const std::string clock = clock_at(account, january_31);
  const std::string customer = customer_of(account, clock);
  metered(account, customer, {{"trial_period_days", "2"}});
  CHECK(story(account, "*.trial_will_end").empty());
  CHECK(story(account, "customer.subscription.trial_will_end").size() == 1);
  metered(account, customer, {{"trial_period_days", "7"}});
  CHECK(story(account, "customer.subscription.trial_will_end").size() == 1);
  CHECK(advance(account, clock, january_31 + 10 * day).status == 200);
  const auto told = story(account, "customer.subscription.trial_will_end");
  REQUIRE(told.size() == 2);
  CHECK(told[1].second == january_31 + 4 * day);
}

TEST_CASE("a clock goes forward only, and at most two intervals at a time") {
  Account account;
  const std::string clock = clock_at(account, january_31);
  CHECK(advance(account, clock, january_31).status == 400);
  CHECK(advance(account, clock, january_31 - 1).status == 400);
  CHECK(advance(account, clock, january_31 + 800 * day).status == 400);
  CHECK(account.post(clocks, {{"frozen_time", "9223372036854775807"}}).status == 400);
  metered(account, customer_of(account, clock));
  const Answer far = advance(account, clock, march_31 + 1);
  CHECK(far.status == 400);
  CHECK(far.error()["param"] == "frozen_time");
  CHECK(story(account, "test_helpers.test_clock.advancing").empty());
  CHECK(advance(account, clock, march_31).status == 200);
}

TEST_CASE("customers and subscriptions of a clock are listed only to who asks for them") {
  Account account;
  const std::string clock = clock_at(account, january_31);
  const std::string customer = customer_of(account, clock);
  const Json subscription = metered(account, customer);
  const auto count = [&](const std::string& path, const Fields& fields) {
    return account.get(path, fields).body["data"].size();
  };
  CHECK(count("/v1/customers", {}) == 0);
  CHECK(count("/v1/customers", {{"email", "clock@example.com"}}) == 0);
  CHECK(count("/v1/customers", {{"test_clock", clock}}) == 1);
  CHECK(count("/v1/subscriptions", {}) == 0);
  CHECK(count("/v1/subscriptions", {{"customer", customer}}) == 1);
  CHECK(count("/v1/subscriptions", {{"test_clock", clock}}) == 1);
  CHECK(count(clocks, {}) == 1);
}

TEST_CASE("deleting a clock removes its customers and cancels their subscriptions") {
  Account account;
  const std::string clock = clock_at(account, january_31);
  const std::string customer = customer_of(account, clock);
  const Json subscription = metered(account, customer);
  CHECK(account.remove(clocks + "/" + clock).body ==
        Json{{"id", clock}, {"object", "test_helpers.test_clock"}, {"deleted", true}});
  CHECK(account.get(clocks + "/" + clock).status == 404);
  CHECK(account.get("/v1/customers/" + customer).body["deleted"] == true);
  CHECK(account.get("/v1/subscriptions/" + std::string(subscription["id"])).body["status"] ==
        "canceled");
  CHECK(story(account, "test_helpers.test_clock.deleted").size() == 1);
}

TEST_CASE("a clock has three customers at most, and goes after thirty days") {
  Account account;
  const std::string clock = clock_at(account, january_31);
  for (int i = 0; i < 3; ++i) customer_of(account, clock);
  CHECK(account.post("/v1/customers", {{"test_clock", clock}}).status == 400);
  CHECK(account.post("/v1/customers", {{"test_clock", "clock_none"}}).error()["param"] ==
        "test_clock");
  account.now += 30 * day;
  CHECK(account.get(clocks + "/" + clock).status == 404);
}

TEST_CASE("the sandbox's own time is moved by order, and everything due is done") {
  Account account;
  const Json subscription = account.metered_subscription();
  const auto order = [&](const std::string& body) {
    return account.send("POST", "/_sandbox/clock", body);
  };
  const std::int64_t start = account.now;
  CHECK(account.send("GET", "/_sandbox/clock").body == Json{{"now", start}, {"offset", 0}});
  const std::int64_t end = subscription["current_period_end"];
  CHECK(order("{\"advance\": 60}").body == Json{{"now", start + 60}, {"offset", 60}});
  CHECK(order("{\"now\": " + std::to_string(end) + "}").body["now"] == end);
  CHECK(account.clock_offset() == end - start);
  CHECK(account.get("/v1/subscriptions/" + std::string(subscription["id"]))
            .body["current_period_start"] == end);
  account.now += 5;
  CHECK(account.send("GET", "/_sandbox/clock").body["now"] == end + 5);
  for (const char* bad : {"", "{}", "[]", "{\"advance\": -1}", "{\"now\": 1}", "{\"advance\": 1.5}",
                          "{\"advance\": \"1\"}", "{\"advance\": 1, \"now\": 2000000000}",
                          "{\"advance\": 9223372036854775807}", "{\"now\": 9223372036854775807}",
                          "{\"now\": -9223372036854775808}"}) {
    CAPTURE(bad);
    CHECK(order(bad).status == 400);
  }
  CHECK(account.send("GET", "/_sandbox/clock").body["now"] == end + 5);
}

}  // namespace sandbox_test
