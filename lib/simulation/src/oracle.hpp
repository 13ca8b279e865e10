// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "people.hpp"
#include "simulation/tally.hpp"
#include "simulation/world.hpp"
#include "witness.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace simulation {

/// What the books of a story say in the end, when nothing is under way any more.
struct Books {
  std::vector<std::string> complaints;  ///< Empty: they agree, click by click.
  std::int64_t delivered = 0;           ///< Of subscriptions in force.
  std::int64_t invoiced = 0;            ///< Those of subscriptions that have ended.
  std::int64_t refused = 0;
  Tally tally;  ///< What Stripe's events tell of.
};

/// Compares what people did and were told, what the product has on disk, and what is in the
/// sandbox's own store. Shares no code with what delivers and invoices. What has to hold:
///
/// - each click that was acknowledged is recorded, and nothing else is;
/// - each recorded one is at Stripe exactly once, in a second that is its alone, or its
///   subscription has ended; refused is only what came after that end;
/// - an e-mail is one customer at Stripe, whatever became of the answers;
/// - who mended their card owes nothing that Stripe still collects;
/// - what the product knows of subscriptions and invoices is what Stripe has.
Books compare(World& world, const People& people, const Witness& witness);

}  // namespace simulation
