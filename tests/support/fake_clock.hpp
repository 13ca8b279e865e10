// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/virtual_clock.hpp"

#include <mutex>
#include <vector>

namespace billing::tests {

/// A virtual clock that remembers how long it was slept on. Thread-safe.
class FakeClock final : public simulation::VirtualClock {
 public:
  /// 2026-01-01T00:00:00Z unless told.
  explicit FakeClock(Instant start = Instant(std::chrono::seconds(1'767'225'600)))
      : VirtualClock(start) {}

  void sleep_for(std::chrono::milliseconds duration) override {
    VirtualClock::sleep_for(duration);
    const std::lock_guard lock(mutex_);
    sleeps_.push_back(duration);
  }

  /// Each sleep so far, in order.
  std::vector<std::chrono::milliseconds> sleeps() const {
    const std::lock_guard lock(mutex_);
    return sleeps_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::chrono::milliseconds> sleeps_;
};

}  // namespace billing::tests
