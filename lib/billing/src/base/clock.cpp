// SPDX-License-Identifier: Apache-2.0
#include <billing/clock.hpp>

#include <thread>

namespace billing {

Instant SystemClock::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Moment SystemClock::moment() const {
  return Moment(std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch()));
}

void SystemClock::sleep_for(std::chrono::milliseconds duration) {
  std::this_thread::sleep_for(duration);
}

}  // namespace billing
