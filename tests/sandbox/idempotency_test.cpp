// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {

TEST_CASE("a key repeats its first answer and does the work once") {
  Account account;
  const Answer first = account.post("/v1/customers", {{"name", "A"}}, "k1");
  const Answer again = account.post("/v1/customers", {{"name", "A"}}, "k1");
  CHECK(again.text == first.text);
  CHECK(again.header("Idempotent-Replayed") == "true");
  CHECK(again.header("Original-Request") == first.header("Request-Id"));
  CHECK(again.header("Request-Id") != first.header("Request-Id"));
  CHECK(again.header("Idempotency-Key") == "k1");
  CHECK(first.header("Original-Request") == first.header("Request-Id"));
  CHECK(first.header("Idempotent-Replayed").empty());
  CHECK(account.get("/v1/customers").body["data"].size() == 1);
}

TEST_CASE("the order of parameters is no difference, their values are") {
  Account account;
  account.post("/v1/customers", {{"name", "A"}, {"phone", "1"}}, "k1");
  CHECK(account.post("/v1/customers", {{"phone", "1"}, {"name", "A"}}, "k1").status == 200);
  const Answer other = account.post("/v1/customers", {{"name", "B"}}, "k1");
  CHECK(other.status == 400);
  CHECK(other.error()["type"] == "idempotency_error");
  CHECK(other.error()["message"] ==
        "Keys for idempotent requests can only be used with the same parameters they were first "
        "used with. Try using a key other than 'k1' if you meant to execute a different request.");
}

TEST_CASE("a key belongs to one endpoint and one account") {
  Account account;
  account.post("/v1/customers", {{"name", "A"}}, "k1");
  const Answer other = account.post("/v1/products", {{"name", "A"}}, "k1");
  CHECK(other.status == 400);
  CHECK(other.error()["message"] ==
        "Keys for idempotent requests can only be used for the same endpoint they were first used "
        "for ('/v1/products' vs '/v1/customers'). Try using a key other than 'k1' if you meant to "
        "execute a different request.");
  account.key = "sk_test_other";
  CHECK(account.post("/v1/products", {{"name", "A"}}, "k1").status == 200);
}

TEST_CASE("a parameter that is refused leaves the key free, a refusal of the work keeps it") {
  Account account;
  CHECK(account.post("/v1/customers", {{"wat", "1"}}, "k1").status == 400);
  CHECK(account.post("/v1/customers", {{"name", "A"}}, "k1").status == 200);

  const Fields missing = {{"currency", "usd"}, {"unit_amount", "1"}, {"product", "prod_later"}};
  CHECK(account.post("/v1/prices", missing, "k2").status == 400);
  account.post("/v1/products", {{"name", "P"}, {"id", "prod_later"}});
  const Answer kept = account.post("/v1/prices", missing, "k2");
  CHECK(kept.status == 400);
  CHECK(kept.header("Idempotent-Replayed") == "true");
  CHECK(account.post("/v1/prices", missing, "k3").status == 200);
}

TEST_CASE("a key is forgotten after a day") {
  Account account;
  account.post("/v1/customers", {{"name", "A"}}, "k1");
  account.now += 86'399;
  CHECK(account.post("/v1/customers", {{"name", "A"}}, "k1").header("Idempotent-Replayed") ==
        "true");
  account.now += 1;
  CHECK(account.post("/v1/customers", {{"name", "B"}}, "k1").status == 200);
  CHECK(account.get("/v1/customers").body["data"].size() == 2);
}

TEST_CASE("a key on anything but a POST has no effect") {
  Account account;
  const std::vector<sandbox::HttpHeader> headers = {{"Authorization", "Bearer sk_test_sandbox"},
                                                    {"Idempotency-Key", "k1"}};
  CHECK(account.send("GET", "/v1/customers", {}, headers).body["data"].empty());
  account.customer();
  CHECK(account.send("GET", "/v1/customers", {}, headers).body["data"].size() == 1);
}

TEST_CASE("a key on a DELETE has no effect") {
  Account account;
  const std::vector<sandbox::HttpHeader> headers = {{"Authorization", "Bearer sk_test_sandbox"},
                                                    {"Idempotency-Key", "k1"}};
  for (int i = 0; i < 2; ++i) {
    const Answer removed =
        account.send("DELETE", "/v1/customers/" + account.customer(), {}, headers);
    CHECK(removed.status == 200);
    CHECK(removed.header("Idempotency-Key").empty());
    CHECK(removed.header("Idempotent-Replayed").empty());
  }
  CHECK(account.get("/v1/customers").body["data"].empty());
}

TEST_CASE("a key has at most 255 characters") {
  Account account;
  CHECK(account.post("/v1/customers", {}, std::string(255, 'k')).status == 200);
  const Answer longer = account.post("/v1/customers", {}, std::string(256, 'k'));
  CHECK(longer.status == 400);
  CHECK(longer.error()["type"] == "invalid_request_error");
  CHECK(account.get("/v1/customers").body["data"].size() == 1);
}

TEST_CASE("how parameters are escaped is no difference") {
  Account account;
  const std::vector<sandbox::HttpHeader> headers = {{"Authorization", "Bearer sk_test_sandbox"},
                                                    {"Idempotency-Key", "k1"}};
  const Answer first = account.send("POST", "/v1/customers", "metadata[a]=b+c&name=%41", headers);
  REQUIRE(first.status == 200);
  const Answer again =
      account.send("POST", "/v1/customers", "metadata%5Ba%5D=b%20c&name=A", headers);
  CHECK(again.header("Idempotent-Replayed") == "true");
  CHECK(again.text == first.text);
}

TEST_CASE("a refusal of a key or of its use says which key, and leaves its answer alone") {
  Account account;
  const Answer first = account.post("/v1/customers", {{"name", "A"}}, "k1");
  CHECK(account.post("/v1/customers", {{"name", "B"}}, "k1").header("Idempotency-Key") == "k1");
  CHECK(account.post("/v1/customers", {{"name", "A"}}, "k1").text == first.text);
}

TEST_CASE("a key that was refused for want of authority, version or limit is free") {
  Account account;
  const auto with = [&](const std::string& authorization, const std::string& version) {
    return account.send(
        "POST", "/v1/customers", "name=A",
        {{"Authorization", authorization}, {"Stripe-Version", version}, {"Idempotency-Key", "k1"}});
  };
  CHECK(with("Bearer sk_live_sandbox", "").status == 401);
  CHECK(with("Bearer sk_test_sandbox", "wat").status == 400);
  CHECK(with("Bearer sk_test_sandbox", "").header("Idempotent-Replayed").empty());
  CHECK(with("Bearer sk_test_sandbox", "").header("Idempotent-Replayed") == "true");
}

}  // namespace sandbox_test
