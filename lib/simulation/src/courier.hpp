// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/entropy.hpp>

#include "sandbox/webhook.hpp"
#include "simulation/tally.hpp"
#include "simulation/world.hpp"

#include <set>
#include <string>
#include <vector>

namespace simulation {

/// Carries Stripe's webhooks to the machine, by a seed: out of order, twice, again after days, or
/// not at all. Each story has its own mixture; in some nothing ever arrives. Sees to it that what
/// is acted on is on disk, and that what is done is not done again.
class Courier {
 public:
  /// All referred to must outlive it.
  Courier(std::uint64_t seed, World& world, Tally& tally, std::vector<std::string>& complaints);

  /// Takes some of what Stripe has to send, and delivers some of what it holds. May throw Crash.
  void step();
  /// The machine is gone, in the midst of whatever it was at.
  void vanish();
  /// To be told of each call of the machine to Stripe.
  void saw_call();
  /// Nothing is held back any more; what is to be sent just now arrives, or is lost.
  void finish();

 private:
  class Visit;

  bool one_in(std::uint64_t n) { return n != 0 && chance_.next() % n == 0; }
  void take(const sandbox::WebhookPost& post);
  void deliver_held();
  int deliver(const sandbox::WebhookPost& post);
  int deliver(const std::string& event, const sandbox::WebhookPost& post);
  void ask_for_old();

  billing::SeededEntropy chance_;
  World& world_;
  Tally& tally_;
  std::vector<std::string>& complaints_;
  bool finishing_ = false;
  bool unreachable_;             ///< The machine is where Stripe can't send it anything.
  std::uint64_t drop_odds_ = 0;  ///< One in so many; zero for never.
  std::uint64_t hold_odds_ = 0;
  std::uint64_t repeat_odds_ = 0;
  /// Told Stripe that they arrived.
  std::vector<sandbox::WebhookPost> held_;
  std::vector<std::string> seen_;  ///< Ids of events.
  /// What the machine is at just now: several, where others arrive meanwhile.
  std::vector<std::string> under_way_;
  std::set<std::string> early_;  ///< Acted on before they were on disk.
  std::int64_t calls_ = 0;
};

}  // namespace simulation
