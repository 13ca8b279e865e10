// SPDX-License-Identifier: Apache-2.0
#include <billing/rate_limit.hpp>

#include <algorithm>
#include <cmath>

namespace billing {
namespace {

using std::chrono::milliseconds;

constexpr double burst_seconds = 0.25;
/// What adding up fractions may lose of a token; it must not cost a millisecond more.
constexpr double rounding = 1e-6;

bool holds_one(double tokens) {
  return tokens >= 1 - rounding;
}

/// How long it takes until so many are there.
milliseconds time_for(double tokens, double rate) {
  return milliseconds(static_cast<std::int64_t>(std::ceil((tokens - rounding) / rate * 1'000)));
}

}  // namespace

RateLimit::RateLimit(const Clock& clock, double calls_a_second)
    : clock_(clock),
      rate_(calls_a_second),
      capacity_(std::max(1.0, calls_a_second * burst_seconds)),
      tokens_(capacity_),
      refilled_at_(clock.moment()) {}

bool RateLimit::try_take() {
  if (rate_ <= 0) return true;
  const std::lock_guard lock(mutex_);
  refill();
  if (!holds_one(tokens_)) return false;
  tokens_ -= 1;
  return true;
}

void RateLimit::give_back() {
  if (rate_ <= 0) return;
  const std::lock_guard lock(mutex_);
  tokens_ = std::min(capacity_, tokens_ + 1);
}

Moment RateLimit::next_at() const {
  if (rate_ <= 0) return Moment::min();
  const std::lock_guard lock(mutex_);
  if (holds_one(tokens_)) return Moment::min();
  return refilled_at_ + time_for(1 - tokens_, rate_);
}

milliseconds RateLimit::take() {
  if (rate_ <= 0) return milliseconds(0);
  const std::lock_guard lock(mutex_);
  refill();
  tokens_ -= 1;
  const double owed = -tokens_ - capacity_;
  return owed <= rounding ? milliseconds(0) : time_for(owed, rate_);
}

void RateLimit::refill() {
  const Moment now = clock_.moment();
  const double passed = std::chrono::duration<double>(now - refilled_at_).count();
  tokens_ = std::min(capacity_, tokens_ + passed * rate_);
  refilled_at_ = now;
}

}  // namespace billing
