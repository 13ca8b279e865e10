// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "world.hpp"

#include <cstdint>
#include <string>

namespace sandbox {

/// Time in a world. An object lives by the test clock of its customer, whose id it carries as
/// `test_clock`, or else by the sandbox's time. While a task is done, either stands at the task's
/// time.

/// What time it is for whatever lives by this clock.
std::int64_t time_of(const World& world, const Text& clock);
/// The same for anything that carries a `test_clock`.
template <class T>
std::int64_t time_of(const World& world, const T& object) {
  return time_of(world, object.test_clock);
}

/// Plans something for an object that lives by this clock.
void schedule(World& world, const Text& clock, std::int64_t when, Work work, std::string id);

/// Lets everything happen that the sandbox's time has brought about, each at its own time, and
/// sets the world's time. Costs nothing when nothing is due.
void advance(World& world, std::int64_t now);

/// The same for a test clock.
void advance(World& world, TestClock& clock, std::int64_t frozen_time);

}  // namespace sandbox
