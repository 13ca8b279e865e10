// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

/// Stalls the next call of that operation, and does something in the meantime.
void stall(Account& account, const std::string& operation, const std::function<void()>& what) {
  REQUIRE(account.order_fault({{"operation", operation}, {"kind", "stall"}, {"milliseconds", 1234}})
              .status == 200);
  account.meanwhile = [what](std::chrono::milliseconds time) {
    CHECK(time == std::chrono::milliseconds(1234));
    what();
  };
}

void check_locked(const Answer& answer) {
  CHECK(answer.status == 429);
  CHECK(answer.error()["code"] == "lock_timeout");
  CHECK(answer.header("Stripe-Rate-Limited-Reason").empty());
  CHECK(answer.error()["message"] ==
        "This object cannot be accessed right now because another API request or Stripe process is "
        "currently accessing it. If you see this error intermittently, retry the request. If you "
        "see this error frequently and are making multiple concurrent requests to a single object, "
        "make your requests serially or at a lower rate.");
}

}  // namespace

TEST_CASE("a stalled write does its work when its time is over, and others are answered before") {
  Account account;
  bool reached = false;
  stall(account, "POST /v1/customers", [&] {
    reached = true;
    CHECK(account.get("/v1/customers").body["data"].empty());
    account.now += 5;
  });
  const Answer stalled = account.post("/v1/customers", {{"name", "A"}}, "k1");
  CHECK(reached);
  CHECK(stalled.status == 200);
  CHECK(stalled.body["created"] == account.now);
  const Answer again = account.post("/v1/customers", {{"name", "A"}}, "k1");
  CHECK(again.header("Idempotent-Replayed") == "true");
  CHECK(account.get("/v1/customers").body["data"].size() == 1);
}

TEST_CASE(
    "while a write is stalled, others to its object meet a lock; reads and neighbours don't") {
  Account account;
  const std::string path = "/v1/customers/" + account.customer();
  const std::string neighbour = "/v1/customers/" + account.customer();
  int met = 0;
  stall(account, "POST /v1/customers/:id", [&] {
    check_locked(account.post(path, {{"name", "B"}}, "k2"));
    check_locked(account.remove(path));
    CHECK(account.get(path).body["name"].is_null());
    CHECK(account.post(neighbour, {{"name", "C"}}).status == 200);
    ++met;
  });
  CHECK(account.post(path, {{"name", "A"}}).body["name"] == "A");
  CHECK(met == 1);
  // Nothing of the lock stays, under the key neither.
  const Answer later = account.post(path, {{"name", "B"}}, "k2");
  CHECK(later.body["name"] == "B");
  CHECK(later.header("Idempotent-Replayed").empty());
}

TEST_CASE("a write locks what its parameters name, too") {
  Account account;
  const std::string customer = account.customer();
  const std::string price = account.metered_price(account.product());
  bool met = false;
  stall(account, "POST /v1/checkout/sessions", [&] {
    check_locked(account.post("/v1/customers/" + customer, {{"name", "B"}}));
    met = true;
  });
  account.session(customer, price);
  CHECK(met);
}

TEST_CASE("usage of one item meets a lock while other usage of it is stalled") {
  Account account;
  const std::string path =
      "/v1/subscription_items/" + item_of(account.metered_subscription()) + "/usage_records";
  const Fields one = {{"quantity", "1"}, {"timestamp", std::to_string(account.now)}};
  bool met = false;
  stall(account, "POST /v1/subscription_items/:id/usage_records", [&] {
    check_locked(account.post(path, one));
    met = true;
  });
  CHECK(account.post(path, one).status == 200);
  CHECK(met);
  CHECK(account.send("GET", "/_sandbox/usage").body["items"][0]["total"] == 1);
}

TEST_CASE("a key is in use while its first request is stalled, whatever the other asks for") {
  Account account;
  int met = 0;
  stall(account, "POST /v1/customers", [&] {
    for (const char* name : {"A", "B"}) {
      const Answer other = account.post("/v1/customers", {{"name", name}}, "k1");
      CHECK(other.status == 409);
      CHECK(other.error()["type"] == "idempotency_error");
      CHECK(other.error()["code"] == "idempotency_key_in_use");
      CHECK(other.error()["message"].get<std::string>().starts_with(
          "There is currently another in-progress request using this Stripe "));
      CHECK(other.header("Idempotency-Key") == "k1");
    }
    account.key = "sk_test_other";
    CHECK(account.post("/v1/customers", {{"name", "A"}}, "k1").status == 200);
    account.key = "sk_test_sandbox";
    ++met;
  });
  CHECK(account.post("/v1/customers", {{"name", "A"}}, "k1").status == 200);
  CHECK(met == 1);
  CHECK(account.post("/v1/customers", {{"name", "A"}}, "k1").header("Idempotent-Replayed") ==
        "true");
}

TEST_CASE("a stalled write that is refused leaves no lock") {
  Account account;
  const std::string path = "/v1/customers/" + account.customer();
  stall(account, "POST /v1/customers/:id", [] {});
  CHECK(account.post(path, {{"wat", "1"}}, "k1").status == 400);
  CHECK(account.post(path, {{"name", "A"}}, "k1").status == 200);
}

TEST_CASE("a call that is stalled over a reset works on what is gone") {
  Account account;
  stall(account, "POST /v1/customers", [&] {
    CHECK(account.send("POST", "/_sandbox/reset").status == 200);
    CHECK(account.get("/v1/customers").body["data"].empty());
  });
  CHECK(account.post("/v1/customers", {{"name", "A"}}, "k1").status == 200);
  CHECK(account.get("/v1/customers").body["data"].empty());
  CHECK(account.post("/v1/customers", {{"name", "B"}}, "k1").status == 200);
}

}  // namespace sandbox_test
