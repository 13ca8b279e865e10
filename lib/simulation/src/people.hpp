// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/entropy.hpp>

#include "simulation/tally.hpp"
#include "simulation/world.hpp"
#include "weather.hpp"

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace simulation {

/// One press of the button, whatever became of it.
struct Click {
  std::string customer;
  std::string key;
  billing::Moment at;
  bool acknowledged = false;  ///< Answered 2xx at least once.
  std::string settled = {};   ///< The body of its first final answer: 200, or refused by Stripe.
};

/// People in front of their browsers, by a seed: they sign up, buy, click, click twice, send a
/// click again with its key, seconds or days later, whether anything works or not; and remember
/// what they were told.
class People {
 public:
  /// All referred to must outlive it.
  People(std::uint64_t seed, World& world, const Weather& weather, Tally& tally,
         std::vector<std::string>& complaints);

  /// Two customers, before anything goes wrong.
  void settle_in();
  /// One of them does something. May throw Crash.
  void act();
  /// All who still wait for an answer send their click again, but for those who have given up.
  void ask_again();
  /// All who had an answer ask for it once more: it must be the same for ever.
  void check_answers();

  const std::deque<Click>& clicks() const { return clicks_; }
  /// Subscription items that have ended at Stripe: what was not billed by then never is.
  const std::set<std::string>& ended_items() const { return ended_items_; }

 private:
  struct Person {
    std::string email;
    std::string customer = {};  ///< Empty until signed up.
    bool subscribed = false;
  };

  bool one_in(std::uint64_t n) { return chance_.next() % n == 0; }
  void come();
  void sign_up(Person& person);
  void buy(Person& person);
  void look(const Person& person);
  void click(const Person& person);
  void send_again();
  void cancel(Person& person);
  void send(Click& click);
  Person* somebody(const std::function<bool(const Person&)>& who);

  billing::SeededEntropy chance_;
  World& world_;
  const Weather& weather_;
  Tally& tally_;
  std::vector<std::string>& complaints_;
  bool cancels_;  ///< Whether anybody does in this story.
  // Where somebody new leaves the others in place: they may be in the middle of something.
  std::deque<Person> people_;
  std::deque<Click> clicks_;
  std::set<std::string> ended_items_;
};

}  // namespace simulation
