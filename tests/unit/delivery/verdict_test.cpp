// SPDX-License-Identifier: Apache-2.0
#include "delivery/verdict.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace billing {
namespace {

constexpr Second usage_at{std::chrono::seconds(1'000'000)};

Verdict judged(StripeFailure failure, std::chrono::seconds later = std::chrono::seconds(600)) {
  return judge({.code = ErrorCode::invalid, .message = "x", .stripe = std::move(failure)}, usage_at,
               usage_at + later);
}

}  // namespace

TEST_CASE("Only Stripe's plain refusal ends an event") {
  struct Case {
    StripeFailure failure;
    bool refused;
  };
  const std::vector<Case> cases = {
      {{.status = 400, .type = "invalid_request_error", .message = "canceled"}, true},
      {{.status = 404, .type = "invalid_request_error", .code = "resource_missing"}, true},
      {{.status = 404, .message = "Unrecognized request URL (POST: /v1/x)."}, false},
      {{.status = 401}, false},
      {{.status = 403}, false},
      {{.status = 409, .type = "idempotency_error", .code = "idempotency_key_in_use"}, false},
      {{.status = 429, .code = "rate_limit"}, false},
      {{.status = 429, .code = "lock_timeout"}, false},
      {{.status = 400, .code = "rate_limit"}, false},
      {{.status = 500}, false},
      {{.status = 503}, false},
  };
  for (const Case& each : cases) {
    CAPTURE(each.failure.status);
    CAPTURE(each.failure.code);
    CHECK(judged(each.failure).refused == each.refused);
    CHECK_FALSE(judged(each.failure).reason.empty());
  }
}

TEST_CASE("What has no second is refused as plainly, and told from what came too late") {
  const auto judged_workshop = [](StripeFailure failure) {
    return judge({.code = ErrorCode::invalid, .message = "x", .stripe = std::move(failure)},
                 std::nullopt, usage_at);
  };
  CHECK(judged_workshop({.status = 400, .param = "subscription"}).ended);
  const Verdict other = judged_workshop({.status = 400, .param = "timestamp"});
  CHECK(other.refused);
  CHECK_FALSE(other.ended);
  CHECK_FALSE(judged_workshop({.status = 400, .param = "starting_after"}).refused);
}

TEST_CASE("No answer at all is a doubt, which another send settles under the same key") {
  const Verdict verdict =
      judge({.code = ErrorCode::outcome_unknown, .message = "no answer"}, usage_at, usage_at);
  CHECK_FALSE(verdict.refused);
  CHECK_FALSE(verdict.raise_attempt);
  CHECK(verdict.reason == "no answer");
}

TEST_CASE("An error that Stripe stored needs a key of its own next time") {
  CHECK(judged({.status = 500, .replayed = true}).raise_attempt);
  CHECK_FALSE(judged({.status = 500}).raise_attempt);
  CHECK(judged({.status = 400, .type = "idempotency_error"}).raise_attempt);
}

TEST_CASE("A second that Stripe's clock has not reached comes right by waiting") {
  const StripeFailure failure{.status = 400, .param = "timestamp", .message = "in the future"};
  const Verdict early = judged(failure, std::chrono::seconds(-10));
  CHECK_FALSE(early.refused);
  CHECK(early.raise_attempt);
  CHECK_MESSAGE(judged(failure, std::chrono::hours(1)).refused, "its period is over");
}

}  // namespace billing
