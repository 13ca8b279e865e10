// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "world.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace sandbox {

/// Removes it with its customers, whose subscriptions are canceled.
void remove_clock(World& world, TestClock& clock);

/// The clock that a new customer's `test_clock` names; Refusal when there is none, or when it has
/// as many customers as it may.
TestClock& clock_with_room(World& world, const std::string& id);

/// Takes a clock to a later time, and does all that this brings about. Throws Refusal when that is
/// too far.
void advance_clock_to(World& world, TestClock& clock, std::int64_t target);

/// The end of the period that ends first of all that live by this clock, or by the sandbox's time.
std::optional<std::int64_t> nearest_period_end(const World& world, const Text& clock);

}  // namespace sandbox
