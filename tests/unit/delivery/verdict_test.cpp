// SPDX-License-Identifier: Apache-2.0
#include "delivery/verdict.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace billing {
namespace {

Verdict judged(StripeFailure failure) {
  return judge({.code = ErrorCode::invalid, .message = "x", .stripe = std::move(failure)});
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

TEST_CASE("A refusal is told from one that came too late") {
  CHECK(judged({.status = 400, .param = "subscription"}).ended);
  const Verdict other = judged({.status = 400, .param = "price"});
  CHECK(other.refused);
  CHECK_FALSE(other.ended);
  CHECK_FALSE(judged({.status = 400, .param = "starting_after"}).refused);
}

TEST_CASE("No answer at all is a doubt, which another send settles under the same key") {
  const Verdict verdict = judge({.code = ErrorCode::outcome_unknown, .message = "no answer"});
  CHECK_FALSE(verdict.refused);
  CHECK_FALSE(verdict.raise_attempt);
  CHECK(verdict.reason == "no answer");
}

TEST_CASE("An error that Stripe stored needs a key of its own next time") {
  CHECK(judged({.status = 500, .replayed = true}).raise_attempt);
  CHECK_FALSE(judged({.status = 500}).raise_attempt);
  CHECK(judged({.status = 400, .type = "idempotency_error"}).raise_attempt);
}

}  // namespace billing
