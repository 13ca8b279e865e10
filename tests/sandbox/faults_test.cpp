// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

std::int64_t used(Account& account) {
  return account.send("GET", "/_sandbox/faults").body["faults"][0]["used"];
}

}  // namespace

TEST_CASE("a fault strikes its operation once, before the work, and is accounted for") {
  Account account;
  CHECK(account.order_fault({{"operation", "POST /v1/customers"}}).status == 200);
  CHECK(used(account) == 0);
  CHECK(account.get("/v1/customers").status == 200);
  const Answer struck = account.post("/v1/customers", {{"name", "A"}}, "k1");
  CHECK(struck.status == 500);
  CHECK(struck.error()["type"] == "api_error");
  CHECK(used(account) == 1);
  CHECK(account.get("/v1/customers").body["data"].empty());
  CHECK(account.post("/v1/customers", {{"name", "A"}}, "k1").status == 200);
  CHECK(used(account) == 1);
}

TEST_CASE("a fault may come after the work was done") {
  Account account;
  account.order_fault({{"operation", "POST /v1/customers"}, {"after", true}});
  CHECK(account.post("/v1/customers", {{"name", "A"}}).status == 500);
  CHECK(account.get("/v1/customers").body["data"].size() == 1);
}

TEST_CASE("a stored fault is repeated under its key, and another key works") {
  Account account;
  account.order_fault({{"operation", "POST /v1/customers"}, {"stored", true}});
  CHECK(account.post("/v1/customers", {{"name", "A"}}, "k1").status == 500);
  const Answer again = account.post("/v1/customers", {{"name", "A"}}, "k1");
  CHECK(again.status == 500);
  CHECK(again.header("Idempotent-Replayed") == "true");
  CHECK(account.post("/v1/customers", {{"name", "A"}}, "k2").status == 200);
}

TEST_CASE("a fault may last until it is cleared, with words of its own") {
  Account account;
  account.order_fault({{"operation", "GET /v1/customers/:id"},
                       {"status", 429},
                       {"code", "lock_timeout"},
                       {"message", "busy"},
                       {"times", -1}});
  const std::string path = "/v1/customers/" + account.customer();
  for (int i = 0; i < 3; ++i) {
    const Answer struck = account.get(path);
    CHECK(struck.status == 429);
    CHECK(struck.error()["code"] == "lock_timeout");
    CHECK(struck.error()["message"] == "busy");
  }
  CHECK(used(account) == 3);
  CHECK(account.send("DELETE", "/_sandbox/faults").status == 200);
  CHECK(account.get(path).status == 200);
}

TEST_CASE("a fault that can't strike is refused, with the operations there are") {
  Account account;
  const Answer unknown = account.order_fault({{"operation", "POST /v1/wat"}});
  CHECK(unknown.status == 400);
  CHECK(unknown.error()["message"].get<std::string>().find(
            "POST /v1/subscription_items/:id/usage_records") != std::string::npos);
  for (const Json& fault :
       {Json{{"operation", "GET /v1/account"}, {"status", 200}},
        Json{{"operation", "GET /v1/account"}, {"status", "x"}},
        Json{{"operation", "GET /v1/account"}, {"wat", 1}}, Json{{"operation", 5}}, Json(3)}) {
    CHECK(account.order_fault(fault).status == 400);
  }
  CHECK(account.send("POST", "/_sandbox/faults", "{").status == 400);
  CHECK(account.send("GET", "/_sandbox/faults").body["faults"].empty());
}

TEST_CASE("each 429 carries its reason, a lock has none, and neither is kept under the key") {
  for (const std::string reason : {"global-rate", "endpoint-rate", "global-concurrency",
                                   "endpoint-concurrency", "resource-specific"}) {
    Account account;
    account.order_fault({{"operation", "POST /v1/customers"}, {"kind", reason}});
    const Answer struck = account.post("/v1/customers", {}, "k1");
    CHECK(struck.status == 429);
    CHECK(struck.error()["code"] == "rate_limit");
    CHECK(struck.header("Stripe-Rate-Limited-Reason") == reason);
    CHECK(account.get("/v1/customers").body["data"].empty());
    CHECK(account.post("/v1/customers", {}, "k1").status == 200);
  }
  Account account;
  account.order_fault({{"operation", "POST /v1/customers"}, {"kind", "lock_timeout"}});
  const Answer locked = account.post("/v1/customers", {}, "k1");
  CHECK(locked.status == 429);
  CHECK(locked.error()["code"] == "lock_timeout");
  CHECK(locked.header("Stripe-Rate-Limited-Reason").empty());
  CHECK(account.post("/v1/customers", {}, "k1").status == 200);
}

TEST_CASE("a 500 by name is stored or not") {
  Account account;
  account.order_fault({{"operation", "POST /v1/customers"}, {"kind", "stored_500"}});
  account.order_fault({{"operation", "POST /v1/customers"}, {"kind", "unstored_500"}});
  CHECK(account.post("/v1/customers", {}, "k1").status == 500);
  CHECK(account.post("/v1/customers", {}, "k1").header("Idempotent-Replayed") == "true");
  CHECK(account.post("/v1/customers", {}, "k2").status == 500);
  CHECK(account.post("/v1/customers", {}, "k2").status == 200);
  CHECK(account.get("/v1/customers").body["data"].size() == 1);
}

TEST_CASE("a reset comes before the work or after it, and the key tells which") {
  for (const bool after : {false, true}) {
    Account account;
    account.order_fault(
        {{"operation", "POST /v1/customers"}, {"kind", after ? "reset_after" : "reset_before"}});
    const Answer lost = account.post("/v1/customers", {{"name", "A"}}, "k1");
    CHECK(lost.delivery == sandbox::Delivery::reset);
    CHECK(lost.status == 0);
    CHECK(lost.text.empty());
    CHECK(lost.headers.empty());
    CHECK(account.get("/v1/customers").body["data"].size() == (after ? 1 : 0));
    const Answer again = account.post("/v1/customers", {{"name", "A"}}, "k1");
    CHECK(again.status == 200);
    CHECK(again.header("Idempotent-Replayed") == (after ? "true" : ""));
    CHECK(again.delivery == sandbox::Delivery::whole);
    CHECK(account.get("/v1/customers").body["data"].size() == 1);
    CHECK(account.send("GET", "/_sandbox/requests").body["requests"][0]["status"] == 0);
  }
}

TEST_CASE("half an answer is of work that was done") {
  Account account;
  account.order_fault({{"operation", "*"}, {"kind", "half_answer"}});
  const Answer half = account.post("/v1/customers", {{"name", "A"}}, "k1");
  CHECK(half.delivery == sandbox::Delivery::half);
  CHECK(half.status == 200);
  const Answer again = account.post("/v1/customers", {{"name", "A"}}, "k1");
  CHECK(again.text == half.text);
  CHECK(again.delivery == sandbox::Delivery::whole);
}

TEST_CASE("a fault for any operation strikes the next calls, and tells which they were") {
  Account account;
  account.order_fault({{"operation", "*"}, {"times", 2}});
  const Answer first = account.get("/v1/account");
  const Answer second = account.post("/v1/customers");
  CHECK(first.status == 500);
  CHECK(second.status == 500);
  CHECK(account.get("/v1/account").status == 200);
  const Json fault = account.send("GET", "/_sandbox/faults").body["faults"][0];
  CHECK(fault["kind"] == "status");
  CHECK(fault["used"] == 2);
  CHECK(fault["request_ids"] == Json{first.header("Request-Id"), second.header("Request-Id")});
}

TEST_CASE("what a kind doesn't have can't be ordered") {
  Account account;
  for (const Json& fault : {Json{{"operation", "*"}, {"kind", "wat"}},
                            Json{{"operation", "*"}, {"kind", "reset_after"}, {"status", 500}},
                            Json{{"operation", "*"}, {"milliseconds", 5}},
                            Json{{"operation", "*"}, {"kind", "stall"}, {"milliseconds", 0}}}) {
    CHECK(account.order_fault(fault).status == 400);
  }
  const Answer unknown = account.order_fault({{"operation", "*"}, {"kind", "wat"}});
  CHECK(unknown.error()["message"].get<std::string>().find("endpoint-concurrency") !=
        std::string::npos);
}

TEST_CASE("the request log has what came, oldest first, by method, until it is cleared") {
  Account account;
  account.post("/v1/customers", {{"name", "A"}}, "k1");
  const Answer second = account.get("/v1/customers", {{"limit", "1"}});
  const Json all = account.send("GET", "/_sandbox/requests").body["requests"];
  REQUIRE(all.size() == 2);
  CHECK(all[0]["method"] == "POST");
  CHECK(all[0]["idempotency_key"] == "k1");
  CHECK(all[1] == Json{{"time", account.now},
                       {"method", "GET"},
                       {"path", "/v1/customers"},
                       {"status", 200},
                       {"request_id", second.header("Request-Id")},
                       {"idempotency_key", nullptr},
                       {"account", account.get("/v1/account").body["id"]}});
  CHECK(account.send("GET", "/_sandbox/requests?method=POST").body["requests"].size() == 1);
  account.send("DELETE", "/_sandbox/requests");
  CHECK(account.send("GET", "/_sandbox/requests").body["requests"].empty());
  CHECK(account.send("GET", "/_sandbox/wat").status == 404);
}

}  // namespace sandbox_test
