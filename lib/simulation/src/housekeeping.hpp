// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/entropy.hpp>

#include "simulation/tally.hpp"
#include "simulation/world.hpp"

namespace simulation {

/// The machine's other thread, by a seed: acts on webhooks that were kept, compares with Stripe's
/// list now and then, and works off final invoices.
class Housekeeping {
 public:
  /// All referred to must outlive it.
  Housekeeping(std::uint64_t seed, World& world, Tally& tally)
      : chance_(seed), world_(world), tally_(tally) {}

  /// One step. False if there was nothing to do. May throw Crash.
  bool step();
  /// It was in the memory of a machine that is gone.
  void vanish();
  /// For a machine on which nothing fails any more: as far as it goes without time passing.
  void finish();

 private:
  bool heal_gaps();

  billing::SeededEntropy chance_;
  World& world_;
  Tally& tally_;
  bool under_way_ = false;
  billing::Moment next_comparison_ = billing::Moment::min();
};

}  // namespace simulation
