// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>

#include <atomic>
#include <cstdint>
#include <optional>

namespace billing::stripe {

/// What time it is at Stripe: learnt from the `Date` of its answers and carried on by a clock that
/// never jumps, so that nothing done to this machine's date can mislead it. At most a little behind
/// the truth, and ahead of it only by as much as Stripe's own machines differ: usage in the future
/// would be refused. Thread-safe.
class StripeTime {
 public:
  /// An answer with that date came in at `answered`.
  void learn(Second date, Moment answered);
  /// None until the first answer.
  std::optional<Instant> at(Moment moment) const;

 private:
  static constexpr std::int64_t unknown = INT64_MIN;
  /// How far Stripe's time is ahead of the local clock's start, in milliseconds.
  std::atomic<std::int64_t> offset_ms_{unknown};
};

}  // namespace billing::stripe
