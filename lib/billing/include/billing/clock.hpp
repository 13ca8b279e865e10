// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace billing {

/// An instant in UTC, to the millisecond.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
/// An instant in UTC, to the second, as Stripe writes it.
using Second = std::chrono::sys_seconds;

inline Second to_second(Instant instant) {
  return std::chrono::floor<std::chrono::seconds>(instant);
}

/// A point on a clock that runs evenly and never jumps, whatever is done to the machine's date:
/// for deadlines, leases and pauses. It starts anywhere, and means nothing in another process.
struct Monotonic;
using Moment = std::chrono::time_point<Monotonic, std::chrono::milliseconds>;

/// The only source of time. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  virtual Moment moment() const = 0;
  virtual void sleep_for(std::chrono::milliseconds duration) = 0;
};

/// The machine's own clock.
class SystemClock final : public Clock {
 public:
  Instant now() const override;
  Moment moment() const override;
  void sleep_for(std::chrono::milliseconds duration) override;
};

}  // namespace billing
