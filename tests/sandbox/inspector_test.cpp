// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <set>

namespace sandbox_test {
namespace {

const std::string evil = "<script>alert('x')</script>\"&";

/// Every page that links lead to from the first one.
std::set<std::string> all_pages(Account& account) {
  std::set<std::string> seen = {"/_sandbox/"};
  std::deque<std::string> left = {"/_sandbox/"};
  while (!left.empty()) {
    const std::string here = left.front();
    left.pop_front();
    CAPTURE(here);
    const Answer page = account.send("GET", here);
    CHECK(page.status == 200);
    CHECK(page.header("Content-Security-Policy").starts_with("default-src 'none'"));
    CHECK(page.text.find("<script") == std::string::npos);
    const std::string mark = "<a href=\"";
    for (auto at = page.text.find(mark); at != std::string::npos; at = page.text.find(mark, at)) {
      at += mark.size();
      const std::string there = page.text.substr(at, page.text.find('"', at) - at);
      if (seen.insert(there).second) left.push_back(there);
    }
  }
  return seen;
}

std::string account_id(Account& account) {
  return account.get("/v1/account").body["id"];
}

}  // namespace

TEST_CASE("whatever an account is given stays text on every page of the inspector") {
  Account account;
  account.post("/v1/webhook_endpoints", {{"url", "http://h/?<script>alert(1)</script>"},
                                         {"description", evil},
                                         {"enabled_events[]", "*"}});
  account.post("/v1/products", {{"id", evil + "/../?#%"}, {"name", evil}});
  account.post("/v1/customers", {{"name", evil}, {"metadata[" + evil + "]", evil}}, evil);
  account.post("/v1/test_helpers/test_clocks", {{"name", evil}, {"frozen_time", "1700000000"}});
  account.pay(
      account.session(account.customer(), account.metered_price(account.product(evil)))["id"]);
  account.get("/v1/prices/" + evil);
  account.send("GET", "/v1/customers/<script>", {}, {{"Authorization", "Bearer sk_test_" + evil}});
  while (const auto post = account.sandbox().next_webhook()) {
    account.sandbox().webhook_answered(post->id, {.status = 500, .body = evil});
  }
  const std::set<std::string> pages = all_pages(account);
  // Of each kind at least one.
  const std::string start = "/_sandbox/accounts/" + account_id(account);
  for (const std::string each :
       {"/objects/customers/cus_", "/objects/products/%3Cscript", "/objects/test_clocks/clock_",
        "/objects/invoices/in_", "/events/evt_", "/webhooks/we_", "/requests"}) {
    CAPTURE(each);
    CHECK(std::ranges::any_of(
        pages, [&](const std::string& page) { return page.starts_with(start + each); }));
  }
}

TEST_CASE("the inspector's buttons move the clock, and what comes due happens") {
  Account account;
  account.pay(account.session(account.customer(), account.licensed_price(account.product()),
                              {{"line_items[0][quantity]", "1"}})["id"]);
  const auto move = [&](const std::string& step) {
    const std::int64_t before = account.clock_offset();
    const Answer answer =
        account.submit("/_sandbox/move", {{"step", step}, {"account", account_id(account)}});
    CHECK(answer.status == 303);
    CHECK(answer.header("Location") == "/_sandbox/accounts/" + account_id(account));
    return account.clock_offset() - before;
  };
  CHECK(move("day") == day);
  CHECK(move("no such step") == 0);
  CHECK(account.get("/v1/invoices").body["data"].size() == 1);
  // 14 November 2023 + 1 month, of which a day has passed.
  CHECK(move("period") == 29 * day);
  CHECK(account.get("/v1/invoices").body["data"].size() == 2);
  CHECK(move("month") == 31 * day);
  CHECK(account.get("/v1/invoices").body["data"].size() == 3);
}

TEST_CASE("a test clock moves alone, and says why when it won't") {
  Account account;
  const std::string clock =
      account.post("/v1/test_helpers/test_clocks", {{"frozen_time", "1700000000"}}).body["id"];
  const Fields day_on = {{"step", "day"}, {"account", account_id(account)}, {"clock", clock}};
  CHECK(account.submit("/_sandbox/move", day_on).status == 303);
  CHECK(account.clock_offset() == 0);
  CHECK(account.get("/v1/test_helpers/test_clocks/" + clock).body["frozen_time"] ==
        1'700'000'000 + day);
  const std::string daily = account
                                .post("/v1/prices", {{"product", account.product()},
                                                     {"currency", "usd"},
                                                     {"unit_amount", "100"},
                                                     {"recurring[interval]", "day"}})
                                .body["id"];
  const std::string customer = account.post("/v1/customers", {{"test_clock", clock}}).body["id"];
  account.pay(account.session(customer, daily, {{"line_items[0][quantity]", "1"}})["id"]);
  const Answer refused = account.submit(
      "/_sandbox/move", {{"step", "month"}, {"account", account_id(account)}, {"clock", clock}});
  CHECK(refused.status == 400);
  CHECK(refused.text.find("two intervals") != std::string::npos);
}

TEST_CASE("a replay button sends an event once more") {
  Account account;
  const std::string endpoint = account
                                   .post("/v1/webhook_endpoints", {{"url", "http://127.0.0.1:1/"},
                                                                   {"enabled_events[]", "*"}})
                                   .body["id"];
  account.customer();
  const auto first = account.sandbox().next_webhook();
  REQUIRE(first);
  account.sandbox().webhook_answered(first->id, {.status = 200, .body = ""});
  const std::string path =
      "/_sandbox/accounts/" + account_id(account) + "/webhooks/" + endpoint + "/replay";
  const std::string event = Json::parse(first->body)["id"];
  CHECK(account.submit(path, {{"event", event}}).status == 303);
  const auto again = account.sandbox().next_webhook();
  REQUIRE(again);
  CHECK(Json::parse(again->body)["id"] == event);
  CHECK(account.submit(path, {{"event", "evt_none"}}).status == 404);
  CHECK_MESSAGE(account.send("GET", path).status == 404, "a link can't replay");
}

TEST_CASE("what the inspector doesn't have is no page") {
  Account account;
  account.customer();
  const std::string start = "/_sandbox/accounts/" + account_id(account);
  for (const std::string& path :
       std::vector<std::string>{start + "/objects/nothing", start + "/objects/customers/cus_none",
                                start + "/events/evt_none", start + "/webhooks/we_none",
                                start + "/nothing", start + "/objects", start + "/",
                                "/_sandbox/accounts/", "/_sandbox/accounts/acct_none/events"}) {
    CAPTURE(path);
    CHECK(account.send("GET", path).status == 404);
  }
}

}  // namespace sandbox_test
