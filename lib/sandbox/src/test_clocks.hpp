// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "world.hpp"

namespace sandbox {

/// Removes it with its customers, whose subscriptions are canceled.
void remove_clock(World& world, TestClock& clock);

/// The clock that a new customer's `test_clock` names; Refusal when there is none, or when it has
/// as many customers as it may.
TestClock& clock_with_room(World& world, const std::string& id);

}  // namespace sandbox
