// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/result.hpp>

#include <atomic>
#include <chrono>

namespace billing {

/// Whether Stripe is failing just now, as all who call it see it: a failure is believed until the
/// next success, or for ten seconds. Thread-safe.
class StripeHealth {
 public:
  explicit StripeHealth(const Clock& clock) : clock_(clock) {}

  void saw_success() { failed_at_ms_ = never; }
  /// Counts only what says something of Stripe's state: no answer, a 5xx, a refused key, a limit.
  void saw(const Error& error);
  bool failing() const;

 private:
  static constexpr std::int64_t never = INT64_MIN;
  const Clock& clock_;
  std::atomic<std::int64_t> failed_at_ms_{never};
};

}  // namespace billing
