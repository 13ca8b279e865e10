// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "people.hpp"
#include "simulation/world.hpp"
#include "stripe_records.hpp"

#include <string>
#include <vector>

namespace simulation {

/// What is wrong with what the product has learnt of Stripe: of every customer it has to know each
/// subscription and invoice as it stands in the sandbox's own store, to have every event that
/// matters, and to have done with all it has.
std::vector<std::string> compare_store(World& world, const People& people,
                                       const StripeRecords& stripe);

}  // namespace simulation
