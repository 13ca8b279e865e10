// SPDX-License-Identifier: Apache-2.0
#include "stripe/retry.hpp"

#include <doctest/doctest.h>

using billing::ErrorCode;
using billing::HttpHeader;
using billing::HttpResponse;
using billing::Result;
using billing::SeededEntropy;
using billing::stripe::leaves_doubt;
using billing::stripe::pause_after;
using billing::stripe::worth_retrying;

namespace {

Result<HttpResponse> retry_answer(int status, std::vector<HttpHeader> headers = {}) {
  return HttpResponse{.status = status, .headers = std::move(headers), .body = {}};
}

}  // namespace

TEST_CASE("conflicts, limits, server errors and silence are worth a retry") {
  for (const int status : {409, 429, 500, 502, 503, 504}) {
    CAPTURE(status);
    CHECK(worth_retrying(retry_answer(status)));
  }
  for (const ErrorCode code :
       {ErrorCode::unavailable, ErrorCode::timed_out, ErrorCode::outcome_unknown}) {
    CHECK(worth_retrying(billing::failure(code, "silence")));
  }
}

TEST_CASE("an answer that will be the same again is not worth a retry") {
  for (const int status : {200, 400, 401, 402, 403, 404, 501}) {
    CAPTURE(status);
    CHECK_FALSE(worth_retrying(retry_answer(status)));
  }
  CHECK_FALSE(worth_retrying(billing::failure(ErrorCode::internal, "defect")));
}

TEST_CASE("Stripe-Should-Retry wins over the status") {
  CHECK(worth_retrying(retry_answer(400, {{"stripe-should-retry", "true"}})));
  CHECK_FALSE(worth_retrying(retry_answer(503, {{"Stripe-Should-Retry", "false"}})));
}

TEST_CASE("a stored error is not asked for again, since the same key gets it for a day") {
  CHECK_FALSE(worth_retrying(retry_answer(500, {{"Idempotent-Replayed", "true"}})));
}

TEST_CASE("only silence after a write and server errors leave open whether the work was done") {
  CHECK(leaves_doubt(billing::failure(ErrorCode::outcome_unknown, "silence")));
  CHECK(leaves_doubt(retry_answer(500)));
  CHECK_FALSE(leaves_doubt(billing::failure(ErrorCode::unavailable, "no connection")));
  CHECK_FALSE(leaves_doubt(retry_answer(429)));
}

TEST_CASE("pauses grow from half a second to five, by chance between half of it and all") {
  SeededEntropy entropy(7);
  for (int tries = 1; tries <= 12; ++tries) {
    const auto whole = std::min(500 << (tries < 6 ? tries - 1 : 5), 5'000);
    for (int i = 0; i < 200; ++i) {
      const auto pause = pause_after(tries, entropy).count();
      CAPTURE(tries);
      CHECK(pause >= std::max(500, whole / 2));
      CHECK(pause <= whole);
    }
  }
}
