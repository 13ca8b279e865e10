// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/entropy.hpp>

#include "presses.hpp"
#include "simulation/tally.hpp"
#include "simulation/world.hpp"
#include "weather.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace simulation {

struct Person {
  std::string email;
  std::string customer = {};  ///< Empty until signed up.
  bool subscribed = false;    ///< As far as they know.
  bool on_demand = false;     ///< What they bought last.
  int bought = 0;             ///< How often.
  bool bad_card = false;      ///< They paid with a card that can be saved and never be charged.
  bool mended = false;        ///< They had such a card, and gave a good one since.
};

/// People in front of their browsers, by a seed: they sign up, buy either package with good and bad
/// cards, press, mend their card, cancel, go on pressing in another window, and buy again.
class People {
 public:
  /// All referred to must outlive it.
  People(std::uint64_t seed, World& world, const Weather& weather, Tally& tally,
         std::vector<std::string>& complaints);

  /// Two customers, before anything goes wrong.
  void settle_in();
  /// One of them does something. May throw Crash.
  void act();

  Presses& presses() { return presses_; }
  const Presses& presses() const { return presses_; }
  const std::deque<Person>& all() const { return people_; }

 private:
  bool one_in(std::uint64_t n) { return chance_.next() % n == 0; }
  void come();
  void sign_up(Person& person);
  void sign_in_again(const Person& person);
  void buy(Person& person, bool on_demand);
  void look(Person& person);
  void cancel(Person& person);
  void mend_card(Person& person);
  Person* somebody(const std::function<bool(const Person&)>& who);

  billing::SeededEntropy chance_;
  World& world_;
  Tally& tally_;
  std::vector<std::string>& complaints_;
  Presses presses_;
  bool cancels_;  ///< Whether anybody does in this story.
  // Where somebody new leaves the others in place: they may be in the middle of something.
  std::deque<Person> people_;
};

}  // namespace simulation
