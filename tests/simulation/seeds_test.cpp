// SPDX-License-Identifier: Apache-2.0
#include "simulation/crash.hpp"
#include "simulation/world.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>
#include <string>

namespace billing::tests {
namespace {

using simulation::Crash;
using simulation::Network;
using simulation::World;

/// How often what went wrong went wrong, over all seeds.
struct Mishaps {
  int lost_requests = 0;
  int lost_answers = 0;
  int crashes_before_send = 0;
  int crashes_after_send = 0;
  int crashes_between_steps = 0;
  int repeated_clicks = 0;
};

/// One seeded story: three customers click, repeat their clicks, and the network and the machine
/// fail them at every step; then all heals, and what Stripe counts has to be what was clicked.
class Story {
 public:
  Story(std::uint64_t seed, Mishaps& mishaps)
      : chance_(seed * 7919 + 1), mishaps_(mishaps), world_(seed, folder_.path()) {
    world_.boot();
    for (const char* name : {"robin", "kim", "sam"}) {
      customers_.push_back(world_.sign_up(fmt::format("{}@example.com", name)));
      world_.buy(customers_.back());
    }
    world_.network().before = [this](const HttpRequest&) { return weather(); };
    world_.network().after = [this](const HttpRequest&) { after_the_work(); };
  }

  void play(int steps) {
    for (int i = 0; i < steps; ++i) {
      try {
        step();
      } catch (const Crash&) {
        restart();
      }
    }
    stormy_ = false;
    // What was never answered is sent again with its key, as the page does.
    for (const auto& [customer, key] : unanswered_) click(customer, key);
    world_.drain();
  }

  void check() {
    std::int64_t units = 0;
    for (const auto& [item, seconds] : world_.usage_at_stripe()) {
      for (const auto& [second, quantity] : seconds) {
        CHECK_MESSAGE(quantity == 1, "second " << second << " of " << item);
        units += quantity;
      }
    }
    CHECK(units == static_cast<std::int64_t>(keys_.size()));
    const auto totals = world_.ledger().totals();
    CHECK(totals->pending == 0);
    CHECK(totals->refused == 0);
    CHECK(totals->delivered == static_cast<std::int64_t>(keys_.size()));
    for (const auto& [customer, key] : keys_) {
      CHECK(world_.ledger().find(CustomerId(customer), IdempotencyKey(key))->has_value());
    }
  }

 private:
  bool one_in(std::uint64_t n) { return chance_.next() % n == 0; }

  void step() {
    switch (chance_.next() % 8) {
      case 0:
      case 1:
      case 2: {
        const std::string& customer = customers_[chance_.next() % customers_.size()];
        const auto [click_id, added] =
            keys_.emplace(customer, fmt::format("click-{}", keys_.size()));
        unanswered_.insert(*click_id);
        click(click_id->first, click_id->second);
        break;
      }
      case 3:
        if (!keys_.empty()) {
          auto again = keys_.begin();
          std::advance(again, static_cast<std::ptrdiff_t>(chance_.next() % keys_.size()));
          ++mishaps_.repeated_clicks;
          click(again->first, again->second);
        }
        break;
      case 4: world_.clock().advance(std::chrono::milliseconds(chance_.next() % 5'000)); break;
      case 5:
        if (one_in(4)) {
          ++mishaps_.crashes_between_steps;
          throw Crash{};
        }
        break;
      default: world_.deliver_once();
    }
  }

  void click(const std::string& customer, const std::string& key) {
    const HttpResponse answer = world_.click(customer, key);
    CHECK((answer.status == 200 || answer.status == 202));
    unanswered_.erase({customer, key});
  }

  Network weather() {
    if (!stormy_) return Network::carries;
    if (one_in(8)) {
      ++mishaps_.lost_requests;
      return Network::loses_request;
    }
    if (one_in(6)) {
      ++mishaps_.lost_answers;
      return Network::loses_answer;
    }
    if (one_in(12)) {
      ++mishaps_.crashes_before_send;
      throw Crash{};
    }
    return Network::carries;
  }

  void after_the_work() {
    if (!stormy_ || !one_in(10)) return;
    ++mishaps_.crashes_after_send;
    throw Crash{};
  }

  void restart() {
    world_.crash();
    stormy_ = false;  // Starting needs Stripe here; a start without it is the server's own affair.
    world_.boot();
    stormy_ = true;
  }

  TemporaryFolder folder_;
  SeededEntropy chance_;
  Mishaps& mishaps_;
  World world_;
  bool stormy_ = true;
  std::vector<std::string> customers_;
  std::set<std::pair<std::string, std::string>> keys_;
  std::set<std::pair<std::string, std::string>> unanswered_;
};

}  // namespace

TEST_CASE("Whatever is lost and whenever it crashes, each click is at Stripe exactly once") {
  Mishaps mishaps;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    Story story(seed, mishaps);
    story.play(200);
    story.check();
  }
  MESSAGE("lost requests ", mishaps.lost_requests, ", lost answers ", mishaps.lost_answers,
          ", crashes before a send ", mishaps.crashes_before_send, ", after one ",
          mishaps.crashes_after_send, ", between steps ", mishaps.crashes_between_steps,
          ", repeated clicks ", mishaps.repeated_clicks);
  CHECK(mishaps.lost_requests > 50);
  CHECK(mishaps.lost_answers > 50);
  CHECK(mishaps.crashes_before_send > 50);
  CHECK(mishaps.crashes_after_send > 50);
  CHECK(mishaps.crashes_between_steps > 50);
  CHECK(mishaps.repeated_clicks > 50);
}

}  // namespace billing::tests
