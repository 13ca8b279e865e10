// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>

#include <atomic>
#include <chrono>

namespace simulation {

/// Time that passes only when it is told to, or when somebody sleeps. Thread-safe.
class VirtualClock : public billing::Clock {
 public:
  explicit VirtualClock(billing::Instant start) : now_ms_(start.time_since_epoch().count()) {}

  billing::Instant now() const override;
  void sleep_for(std::chrono::milliseconds duration) override { advance(duration); }
  void advance(std::chrono::milliseconds duration);

 private:
  std::atomic<std::int64_t> now_ms_;
};

}  // namespace simulation
