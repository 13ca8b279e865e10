// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/entropy.hpp>
#include <billing/ledger.hpp>

#include "simulation/tally.hpp"
#include "simulation/world.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace simulation {

/// Several threads that deliver, by a seed: each takes its steps in its own time, and any of them
/// may fall asleep between two, for longer than its lease. Sees to it that what is settled stays
/// so.
class Workers {
 public:
  /// All referred to must outlive it.
  Workers(std::uint64_t seed, World& world, Tally& tally, std::vector<std::string>& complaints)
      : chance_(seed), world_(world), tally_(tally), complaints_(complaints) {}

  /// One of them takes a step. False if it found nothing to do. May throw Crash.
  bool step();
  /// Each ends what it is at.
  void finish();
  /// They were in the memory of a machine that is gone.
  void vanish() { workers_ = {}; }

  /// Compares a row with what it was when it was settled.
  void check(const billing::RecordedEvent& row);

 private:
  struct Worker {
    std::optional<billing::Claim> claim = std::nullopt;
    std::optional<billing::Settlement> outcome = std::nullopt;
    bool sending = false;
  };

  bool one_in(std::uint64_t n) { return chance_.next() % n == 0; }
  bool advance(Worker& worker);
  void settle(Worker& worker);

  billing::SeededEntropy chance_;
  World& world_;
  Tally& tally_;
  std::vector<std::string>& complaints_;
  std::array<Worker, 3> workers_;
  std::map<std::string, std::string> settled_;  ///< State and record by event.
};

}  // namespace simulation
