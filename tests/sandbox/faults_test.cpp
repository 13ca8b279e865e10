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
