// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/entropy.hpp>

#include "simulation/tally.hpp"
#include "simulation/world.hpp"
#include "weather.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace simulation {

/// One press of a button, whatever became of it.
struct Press {
  std::string customer;
  std::string key;
  std::int64_t attendees = 0;  ///< Of a workshop; none of a session.
  billing::Moment at;
  billing::Moment heard_at;   ///< When it was last sent before it was on disk.
  bool recorded = false;      ///< It was on disk when it was last sent.
  bool acknowledged = false;  ///< Answered 2xx at least once.
  std::string settled = {};   ///< The body of its first final answer: 200, or refused by Stripe.
};

/// What people press, and what they were told: some press twice, or send a press again with its
/// key, seconds or days later, whether anything works or not.
class Presses {
 public:
  /// All referred to must outlive it.
  Presses(std::uint64_t seed, World& world, const Weather& weather, Tally& tally,
          std::vector<std::string>& complaints)
      : chance_(seed), world_(world), weather_(weather), tally_(tally), complaints_(complaints) {}

  /// Each may throw Crash.
  void click(const std::string& customer);
  void register_workshop(const std::string& customer);
  void send_again();
  /// All who still wait for an answer send their press again, but for those who have given up.
  void ask_again();
  /// All who had an answer ask for it once more: it must be the same for ever.
  void check_answers();

  const std::deque<Press>& all() const { return presses_; }

 private:
  bool one_in(std::uint64_t n) { return chance_.next() % n == 0; }
  void send(Press& press);
  void note_time(Press& press);

  billing::SeededEntropy chance_;
  World& world_;
  const Weather& weather_;
  Tally& tally_;
  std::vector<std::string>& complaints_;
  // Where a new one leaves the others in place: they may be in the middle of being sent.
  std::deque<Press> presses_;
};

}  // namespace simulation
