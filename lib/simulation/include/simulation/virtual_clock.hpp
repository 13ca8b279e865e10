// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>

#include <atomic>
#include <chrono>

namespace simulation {

/// Time that passes only when it is told to, or when somebody sleeps; its date can jump besides.
/// Thread-safe.
class VirtualClock : public billing::Clock {
 public:
  explicit VirtualClock(billing::Instant start) : start_(start) {}

  billing::Instant now() const override;
  billing::Moment moment() const override;
  void sleep_for(std::chrono::milliseconds duration) override { advance(duration); }
  void advance(std::chrono::milliseconds duration);
  /// Puts the date this far ahead of the true one, or behind it if negative; no time passes.
  void set_lead(std::chrono::milliseconds lead) { lead_ms_ = lead.count(); }
  /// The date as it would be without a lead.
  billing::Instant true_now() const;

 private:
  const billing::Instant start_;
  std::atomic<std::int64_t> passed_ms_{0};
  std::atomic<std::int64_t> lead_ms_{0};
};

}  // namespace simulation
