// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "world.hpp"

#include <cstdint>
#include <string>

namespace sandbox {

/// Gives it an id and puts it into the world; tells nobody yet. Used by the API and by a completed
/// checkout.
Customer& add_customer(World& world, Customer customer);

/// Cancels its subscriptions, and leaves a stub.
void remove_customer(World& world, Customer& customer);

/// The customer that the parameter `customer` names; Refusal when there is none.
Customer& customer_param(World& world, const std::string& id);

/// What time it is for this customer; for nobody, the sandbox's time.
std::int64_t time_of_customer(const World& world, const Text& customer);

}  // namespace sandbox
