// SPDX-License-Identifier: Apache-2.0
#include "rate_limit.hpp"

#include <utility>

namespace sandbox {
namespace {

// Stripe's test mode takes 25 calls a second, and 100 with usage records, which it counts apart.
constexpr std::int64_t usage_records_for_one_call = 4;

}  // namespace

void CallRates::take(const std::string& operation, std::int64_t limit, std::int64_t now) {
  if (now != second_) {
    second_ = now;
    calls_ = 0;
    calls_of_.clear();
  }
  const bool apart = operation.ends_with("/usage_records");
  std::int64_t& of_operation = calls_of_[operation];
  if (of_operation >= (apart ? limit * usage_records_for_one_call : limit)) {
    throw rate_limited("endpoint-rate");
  }
  if (!apart && calls_ >= limit) throw rate_limited("global-rate");
  ++of_operation;
  if (!apart) ++calls_;
}

Refusal rate_limited(std::string limit) {
  return {.status = 429,
          .code = "rate_limit",
          .message =
              "Testmode request rate limit exceeded, the rate limits in testmode are lower "
              "than livemode. You can learn more about rate limits here "
              "https://stripe.com/docs/rate-limits.",
          .limit = std::move(limit),
          .executed = false};
}

Refusal lock_timeout() {
  return {.status = 429,
          .code = "lock_timeout",
          .message =
              "This object cannot be accessed right now because another API request or "
              "Stripe process is currently accessing it. If you see this error "
              "intermittently, retry the request. If you see this error frequently and are "
              "making multiple concurrent requests to a single object, make your requests "
              "serially or at a lower rate.",
          .executed = false};
}

}  // namespace sandbox
