// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/entropy.hpp>

#include "simulation/disk.hpp"
#include "simulation/sandbox_transport.hpp"
#include "simulation/tally.hpp"
#include "simulation/virtual_clock.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace simulation {

/// Everything that Stripe, the network, the disk and the date do to a machine, by a seed. Each seed
/// has its own mixture: some kinds of trouble are left out of each story, so that others come in
/// combinations that they would spoil.
class Weather {
 public:
  /// Both referred to must outlive it.
  Weather(std::uint64_t seed, VirtualClock& clock, Tally& tally);

  /// For World's hooks of the same names.
  Passage passage(const billing::HttpRequest& request, std::chrono::milliseconds timeout);
  Fate fate(Effect effect, std::string_view file);
  bool dies(std::string_view point);

  /// Outages, full disks and wrong dates come and go as time does.
  void turn();
  /// Stripe is down in one way or another, from now on until then.
  void begin_outage(billing::Moment until);
  /// Nothing goes wrong any more.
  void heal();
  bool stripe_is_down() const { return clock_.moment() < outage_until_; }

 private:
  using Trouble = Passage (Weather::*)(const billing::HttpRequest&, std::chrono::milliseconds);
  struct Kind;
  static const std::vector<Kind>& kinds();

  bool one_in(std::uint64_t n) { return n != 0 && chance_.next() % n == 0; }
  std::chrono::milliseconds between(std::chrono::milliseconds from, std::chrono::milliseconds to);
  void begin_outage();
  Passage outage(std::chrono::milliseconds timeout);
  Passage lose_answer(const billing::HttpRequest& request, std::chrono::milliseconds timeout);
  Passage answer_slowly(const billing::HttpRequest& request, std::chrono::milliseconds timeout);
  Passage time_out(const billing::HttpRequest& request, std::chrono::milliseconds timeout);
  Passage store_500(const billing::HttpRequest& request, std::chrono::milliseconds timeout);
  Passage store_500_after(const billing::HttpRequest& request, std::chrono::milliseconds timeout);
  void set_date();

  billing::SeededEntropy chance_;
  VirtualClock& clock_;
  Tally& tally_;
  bool healed_ = false;
  std::vector<std::size_t> enabled_;  ///< Of `kinds()`.
  std::uint64_t trouble_odds_ = 0;    ///< One call in so many meets one of them; so below.
  std::uint64_t crash_odds_ = 0;
  std::uint64_t sync_odds_ = 0;
  std::uint64_t outage_odds_ = 0;
  std::uint64_t full_odds_ = 0;
  std::uint64_t date_odds_ = 0;
  billing::Moment outage_until_ = billing::Moment::min();
  enum class Outage { refuses, swallows, loses_answers, breaks } outage_ = Outage::refuses;
  billing::Moment disk_full_until_ = billing::Moment::min();
};

}  // namespace simulation
