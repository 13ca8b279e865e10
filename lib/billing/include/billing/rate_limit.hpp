// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>

#include <chrono>
#include <mutex>

namespace billing {

/// A token bucket: how many calls a second Stripe may get from this process. Calls that a person
/// waits for go first: they take what is there and may borrow as much again, while delivery takes
/// only what is there. Thread-safe; never waits.
///
/// Fact: 100 calls a second with a live key, 25 with a test key
/// (https://docs.stripe.com/rate-limits).
class RateLimit {
 public:
  /// `calls_a_second` of 0 is no limit. A quarter of a second's calls may come at once. `clock`
  /// must outlive it.
  RateLimit(const Clock& clock, double calls_a_second);

  /// Delivery's: false if there is nothing to take.
  bool try_take();
  /// Undoes a turn whose call was not made.
  void give_back();
  /// When `try_take` may succeed.
  Moment next_at() const;

  /// A person's: how long to wait before the call, mostly 0.
  std::chrono::milliseconds take();

 private:
  void refill();

  const Clock& clock_;
  const double rate_;
  const double capacity_;
  mutable std::mutex mutex_;
  double tokens_;
  Moment refilled_at_;
};

}  // namespace billing
