// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_health.hpp>

namespace billing {
namespace {

constexpr std::chrono::seconds believed_for(10);

}  // namespace

void StripeHealth::saw(const Error& error) {
  switch (error.code) {
    case ErrorCode::unavailable:
    case ErrorCode::timed_out:
    case ErrorCode::outcome_unknown:
    case ErrorCode::rate_limited:
    case ErrorCode::denied: failed_at_ms_ = clock_.now().time_since_epoch().count(); break;
    default: saw_success();  // It answered, and sensibly.
  }
}

bool StripeHealth::failing() const {
  const std::int64_t failed_at = failed_at_ms_;
  if (failed_at == never) return false;
  return clock_.now() - Instant(std::chrono::milliseconds(failed_at)) < believed_for;
}

}  // namespace billing
