// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_time.hpp>

namespace billing::stripe {
namespace {

/// A date tells the second that has begun, so that each estimate is up to a second and the answer's
/// way too low. One lower than that says that Stripe's clock, or ours, was put right.
constexpr std::int64_t doubt_ms = 2'000;

}  // namespace

void StripeTime::learn(Second date, Moment answered) {
  const Instant told = date;
  const std::int64_t estimate =
      told.time_since_epoch().count() - answered.time_since_epoch().count();
  const std::int64_t known = offset_ms_;
  if (known == unknown || estimate > known || estimate < known - doubt_ms) offset_ms_ = estimate;
}

std::optional<Instant> StripeTime::at(Moment moment) const {
  const std::int64_t offset = offset_ms_;
  if (offset == unknown) return std::nullopt;
  return Instant(moment.time_since_epoch() + std::chrono::milliseconds(offset));
}

}  // namespace billing::stripe
