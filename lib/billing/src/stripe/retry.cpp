// SPDX-License-Identifier: Apache-2.0
#include "stripe/retry.hpp"

#include <algorithm>

namespace billing::stripe {
namespace {

constexpr std::chrono::milliseconds retry_pause_min{500};
constexpr std::chrono::milliseconds retry_pause_max{5'000};

}  // namespace

// https://docs.stripe.com/error-low-level
bool worth_retrying(const Result<HttpResponse>& outcome) {
  if (!outcome) {
    return outcome.error().code == ErrorCode::unavailable ||
           outcome.error().code == ErrorCode::timed_out ||
           outcome.error().code == ErrorCode::outcome_unknown;
  }
  const auto advice = header(outcome->headers, "Stripe-Should-Retry");
  if (advice == "true") return true;
  if (advice == "false") return false;
  // A stored answer stays what it is for as long as the key lives.
  if (header(outcome->headers, "Idempotent-Replayed") == "true") return false;
  switch (outcome->status) {
    case 409:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504: return true;
    default: return false;
  }
}

bool leaves_doubt(const Result<HttpResponse>& outcome) {
  if (!outcome) return outcome.error().code == ErrorCode::outcome_unknown;
  return outcome->status >= 500;
}

std::chrono::milliseconds pause_after(int tries, Entropy& entropy) {
  std::chrono::milliseconds pause = retry_pause_min;
  for (int i = 1; i < tries && pause < retry_pause_max; ++i) pause *= 2;
  pause = std::min(pause, retry_pause_max);
  const auto half = static_cast<std::uint64_t>(pause.count()) / 2;
  const auto jittered = half + entropy.next() % (half + 1);
  return std::max(retry_pause_min, std::chrono::milliseconds(jittered));
}

}  // namespace billing::stripe
