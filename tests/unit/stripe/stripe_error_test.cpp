// SPDX-License-Identifier: Apache-2.0
#include "stripe/stripe_error.hpp"

#include <doctest/doctest.h>

using billing::Error;
using billing::ErrorCode;
using billing::HttpRequest;
using billing::HttpResponse;
using billing::stripe::error_of;
using billing::stripe::without_keys;

namespace {

HttpRequest asked(const std::string& method) {
  HttpRequest request;
  request.method = method;
  request.path = "/v1/prices";
  return request;
}

HttpResponse refusal(int status, const std::string& error) {
  return {.status = status,
          .headers = {{"Request-Id", "req_abc"}},
          .body = R"({"error":)" + error + "}"};
}

ErrorCode code_for(int status, const std::string& error = "{}",
                   const std::string& method = "POST") {
  return error_of(asked(method), refusal(status, error)).code;
}

}  // namespace

TEST_CASE("each status of a refusal has its kind of failure") {
  CHECK(code_for(400) == ErrorCode::invalid);
  CHECK(code_for(401) == ErrorCode::denied);
  CHECK(code_for(402) == ErrorCode::invalid);
  CHECK(code_for(403) == ErrorCode::denied);
  CHECK(code_for(404) == ErrorCode::not_found);
  CHECK(code_for(409) == ErrorCode::conflict);
  CHECK(code_for(424) == ErrorCode::unavailable);
  CHECK(code_for(429) == ErrorCode::rate_limited);
  CHECK(code_for(302) == ErrorCode::corrupt);
}

TEST_CASE("a server error leaves a write's outcome unknown, but not a read's") {
  for (const int status : {500, 502, 503, 504}) {
    CAPTURE(status);
    CHECK(code_for(status, "{}", "POST") == ErrorCode::outcome_unknown);
    CHECK(code_for(status, "{}", "GET") == ErrorCode::unavailable);
  }
}

TEST_CASE("Stripe's code says more than the status") {
  CHECK(code_for(400, R"({"code":"resource_missing"})") == ErrorCode::not_found);
  CHECK(code_for(400, R"({"code":"rate_limit"})") == ErrorCode::rate_limited);
  CHECK(code_for(400, R"({"type":"idempotency_error"})") == ErrorCode::conflict);
  CHECK(code_for(409, R"({"type":"idempotency_error","code":"idempotency_key_in_use"})") ==
        ErrorCode::outcome_unknown);
}

TEST_CASE("a refusal keeps all that Stripe said, the request id and whether it is a stored one") {
  HttpResponse response = refusal(
      400, R"({"type":"t","code":"c","param":"p","message":"Received unknown parameter: wat"})");
  response.headers.push_back({"idempotent-replayed", "true"});
  const Error error = error_of(asked("POST"), response);
  REQUIRE(error.stripe);
  CHECK(error.stripe->status == 400);
  CHECK(error.stripe->type == "t");
  CHECK(error.stripe->code == "c");
  CHECK(error.stripe->param == "p");
  CHECK(error.stripe->message == "Received unknown parameter: wat");
  CHECK(error.stripe->request_id == "req_abc");
  CHECK(error.stripe->replayed);
  CHECK(error.message ==
        "POST /v1/prices: Stripe refused: Received unknown parameter: wat (request req_abc)");
}

TEST_CASE("a refusal says which limit was met, where Stripe says so") {
  HttpResponse response = refusal(429, R"({"code":"rate_limit"})");
  CHECK(error_of(asked("POST"), response).stripe->rate_limited_reason.empty());
  response.headers.push_back({"stripe-rate-limited-reason", "global-rate"});
  CHECK(error_of(asked("POST"), response).stripe->rate_limited_reason == "global-rate");
}

TEST_CASE("what Stripe says of a key or of its own troubles is not in the message for people") {
  const auto message = [](int status) {
    return error_of(asked("GET"),
                    refusal(status, R"({"message":"Invalid API Key provided: sk_test_****abcd"})"));
  };
  CHECK(message(401).message == "GET /v1/prices: Stripe refused the API key (request req_abc)");
  CHECK(message(500).message == "GET /v1/prices: Stripe answered 500 (request req_abc)");
  CHECK(message(401).stripe->message == "Invalid API Key provided: <key>");
}

TEST_CASE("a body that is not Stripe's leaves the status to speak") {
  for (const std::string body : {"<html>Bad gateway</html>", "", "[]", R"({"error":"text"})"}) {
    CAPTURE(body);
    const Error error = error_of(asked("GET"), {.status = 502, .headers = {}, .body = body});
    CHECK(error.code == ErrorCode::unavailable);
    CHECK(error.stripe->status == 502);
  }
}

TEST_CASE("keys are taken out of texts, and nothing else is") {
  CHECK(without_keys("The key 'rk_live_51Abc*****xyz' may not, nor sk_test_1.") ==
        "The key '<key>' may not, nor <key>.");
  CHECK(without_keys("No such price: 'price_1'") == "No such price: 'price_1'");
}
