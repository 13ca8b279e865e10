// SPDX-License-Identifier: Apache-2.0
#include "simulation/virtual_clock.hpp"

namespace simulation {

using std::chrono::milliseconds;

billing::Instant VirtualClock::now() const {
  return true_now() + milliseconds(lead_ms_.load());
}

billing::Moment VirtualClock::moment() const {
  return billing::Moment(milliseconds(passed_ms_.load()));
}

billing::Instant VirtualClock::true_now() const {
  return start_ + milliseconds(passed_ms_.load());
}

void VirtualClock::advance(milliseconds duration) {
  passed_ms_ += duration.count();
}

}  // namespace simulation
