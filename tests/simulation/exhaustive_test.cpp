// SPDX-License-Identifier: Apache-2.0
#include "simulation/crash.hpp"
#include "simulation/world.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace billing::tests {
namespace {

using simulation::Crash;
using simulation::Effect;
using simulation::Fate;
using simulation::Network;
using simulation::Passage;
using simulation::World;

constexpr int never = std::numeric_limits<int>::max();

/// Three clicks, one of them sent twice, on a machine that dies at given effects: whatever it was
/// about to do on the network, on the clock or on its disk is one.
class Script {
 public:
  /// The machine dies at the `first` effect, and at the `second` after that.
  Script(int first, int second) : deaths_{first, second} {
    world_.boot();
    robin_ = world_.sign_up("robin@example.com");
    world_.buy(robin_);
    world_.clock().advance(std::chrono::minutes(1));
    world_.wear = [this](Effect, std::string_view) {
      return strikes() ? Fate::dies_before : Fate::happens;
    };
    world_.dies = [this](std::string_view) { return strikes(); };
    world_.weather = [this](const HttpRequest& request, auto) { return weather(request); };
  }

  void play() {
    for (const char* key : {"click-1", "click-2", "click-2", "click-3"}) {
      until_answered([&] {
        const HttpResponse answer = world_.click(robin_, key);
        const bool taken = answer.status == 200 || answer.status == 202;
        REQUIRE(taken);
      });
    }
    until_answered([&] { world_.drain(); });
  }

  void check() {
    const auto rows = world_.ledger().list({});
    REQUIRE(rows.has_value());
    CHECK(rows->size() == 3);
    for (const RecordedEvent& row : *rows) CHECK(row.state == EventState::delivered);
    std::int64_t units = 0;
    for (const auto& [item, seconds] : world_.usage_at_stripe()) {
      for (const auto& [second, quantity] : seconds) units += quantity;
    }
    CHECK(units == 3);
  }

  /// Effects since the last death, or since the beginning.
  int effects() const { return effects_; }
  std::size_t deaths() const { return died_; }
  std::size_t answers_lost() const { return lost_.size(); }

 private:
  bool strikes() {
    ++effects_;
    if (died_ == deaths_.size() || effects_ != deaths_[died_]) return false;
    ++died_;
    effects_ = 0;
    return true;
  }

  /// The answer to the first send of each event is lost.
  Passage weather(const HttpRequest& request) {
    const bool usage = request.path.ends_with("/usage_records");
    if (!usage || !lost_.insert(header(request.headers, "Idempotency-Key").value()).second) {
      return Network::carries;
    }
    return Network::loses_answer;
  }

  void until_answered(const std::function<void()>& step) {
    while (true) {
      try {
        if (!world_.is_on()) world_.boot();
        return step();
      } catch (const Crash&) {
        world_.crash();
      }
    }
  }

  World world_{1};
  std::string robin_;
  std::vector<int> deaths_;
  std::size_t died_ = 0;
  int effects_ = 0;
  std::set<std::string> lost_;
};

}  // namespace

TEST_CASE("Three clicks are three units, at whichever effect the machine dies, and at every pair") {
  Script undisturbed(never, never);
  undisturbed.play();
  undisturbed.check();
  CHECK(undisturbed.answers_lost() == 3);
  const int effects = undisturbed.effects();
  REQUIRE(effects > 30);
  int pairs = 0;
  for (int first = 1; first <= effects; ++first) {
    CAPTURE(first);
    Script once(first, never);
    once.play();
    once.check();
    REQUIRE(once.deaths() == 1);
    const int rest = once.effects();
    for (int second = 1; second <= rest; ++second) {
      CAPTURE(second);
      Script twice(first, second);
      twice.play();
      twice.check();
      REQUIRE(twice.deaths() == 2);
      ++pairs;
    }
  }
  MESSAGE("died at each of ", effects, " effects, and at each of ", pairs, " pairs of them");
}

}  // namespace billing::tests
