// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>

#include <mutex>
#include <vector>

namespace billing::tests {

/// Time that moves only when told to, or by what was slept. Thread-safe.
class FakeClock final : public Clock {
 public:
  /// 2026-01-01T00:00:00Z unless told.
  explicit FakeClock(Instant start = Instant(std::chrono::seconds(1'767'225'600))) : now_(start) {}

  Instant now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }

  void sleep_for(std::chrono::milliseconds duration) override {
    const std::lock_guard lock(mutex_);
    now_ += duration;
    sleeps_.push_back(duration);
  }

  void advance(std::chrono::milliseconds duration) {
    const std::lock_guard lock(mutex_);
    now_ += duration;
  }

  /// Each sleep so far, in order.
  std::vector<std::chrono::milliseconds> sleeps() const {
    const std::lock_guard lock(mutex_);
    return sleeps_;
  }

 private:
  mutable std::mutex mutex_;
  Instant now_;
  std::vector<std::chrono::milliseconds> sleeps_;
};

}  // namespace billing::tests
