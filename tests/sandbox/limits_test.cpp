// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {

TEST_CASE("beyond the limit of a second an account is answered 429, until the next second") {
  Account account({.seed = 1, .rate_limit = 25});
  for (int i = 0; i < 24; ++i) CHECK(account.get("/v1/account").status == 200);
  CHECK(account.post("/v1/customers", {}, "k1").status == 200);
  const Answer limited = account.post("/v1/customers", {}, "k2");
  CHECK(limited.status == 429);
  CHECK(limited.error()["type"] == "invalid_request_error");
  CHECK(limited.error()["code"] == "rate_limit");
  CHECK(limited.header("Stripe-Rate-Limited-Reason") == "global-rate");
  CHECK(account.post("/v1/customers", {}, "k1").status == 429);
  account.key = "sk_test_other";
  CHECK(account.get("/v1/account").status == 200);
  account.key = "sk_test_sandbox";
  account.now += 1;
  CHECK(account.post("/v1/customers", {}, "k2").header("Idempotent-Replayed").empty());
  CHECK(account.get("/v1/customers").body["data"].size() == 2);
}

TEST_CASE("one operation beyond the limit is told that it is the operation") {
  Account account({.seed = 1, .rate_limit = 25});
  for (int i = 0; i < 25; ++i) CHECK(account.get("/v1/account").status == 200);
  CHECK(account.get("/v1/account").header("Stripe-Rate-Limited-Reason") == "endpoint-rate");
  CHECK(account.get("/v1/customers").header("Stripe-Rate-Limited-Reason") == "global-rate");
}

TEST_CASE("usage records have a limit of their own, four times as high") {
  Account account({.seed = 1, .rate_limit = 25});
  const std::string path =
      "/v1/subscription_items/" + item_of(account.metered_subscription()) + "/usage_records";
  account.now += 1;
  const Fields one = {{"quantity", "1"}, {"timestamp", std::to_string(account.now)}};
  for (int i = 0; i < 100; ++i) CHECK(account.post(path, one).status == 200);
  CHECK(account.post(path, one).header("Stripe-Rate-Limited-Reason") == "endpoint-rate");
  CHECK(account.get("/v1/account").status == 200);
}

TEST_CASE("there is no limit unless asked for") {
  Account account;
  for (int i = 0; i < 1000; ++i) CHECK(account.get("/v1/account").status == 200);
}

TEST_CASE("a reset leaves nothing but the stand-in, and makes accounts of other ids") {
  Account account;
  const std::string before = account.get("/v1/account").body["id"];
  const std::string customer = account.customer();
  account.order_fault({{"operation", "*"}, {"times", -1}});
  CHECK(account.send("POST", "/_sandbox/reset").body == Json{{"reset", true}});
  CHECK(account.send("GET", "/_sandbox/requests").body["requests"].empty());
  CHECK(account.send("GET", "/_sandbox/faults").body["faults"].empty());
  CHECK(account.get("/v1/customers/" + customer).status == 404);
  const std::string after = account.get("/v1/account").body["id"];
  CHECK(after != before);
  CHECK(account.customer() != customer);
  account.send("POST", "/_sandbox/reset");
  CHECK(account.get("/v1/account").body["id"] != after);
}

}  // namespace sandbox_test
