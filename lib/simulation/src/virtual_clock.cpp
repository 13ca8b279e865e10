// SPDX-License-Identifier: Apache-2.0
#include "simulation/virtual_clock.hpp"

namespace simulation {

billing::Instant VirtualClock::now() const {
  return billing::Instant(std::chrono::milliseconds(now_ms_.load()));
}

void VirtualClock::advance(std::chrono::milliseconds duration) {
  now_ms_ += duration.count();
}

}  // namespace simulation
