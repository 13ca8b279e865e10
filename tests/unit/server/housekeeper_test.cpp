// SPDX-License-Identifier: Apache-2.0
#include "server/housekeeper.hpp"

#include "support/collecting_observer.hpp"
#include "support/fake_clock.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>

namespace billing::tests {
namespace {

using apps::Chore;
using apps::Housekeeper;

Result<std::optional<Moment>> nothing_due() {
  return std::optional<Moment>();
}

}  // namespace

TEST_CASE("The housekeeper takes a step of each chore in turn, as long as there is more to do") {
  const FakeClock clock;
  CollectingObserver log;
  std::string steps;
  int left = 3;
  std::latch done(1);
  Housekeeper keeper(clock, log,
                     {{.name = "one",
                       .step = [&]() -> Result<bool> {
                         steps += '1';
                         return --left > 0;
                       },
                       .next_due = nothing_due},
                      {.name = "two",
                       .step = [&]() -> Result<bool> {
                         steps += '2';
                         if (steps.size() == 6) done.count_down();
                         return false;
                       },
                       .next_due = nothing_due}});
  keeper.start();
  keeper.start();
  done.wait();
  keeper.stop();
  CHECK(steps == "121212");
}

TEST_CASE("A chore that fails is told of, and keeps neither the others nor the end waiting") {
  const FakeClock clock;
  CollectingObserver log;
  std::latch done(1);
  int good = 0;
  std::atomic<int> bad = 0;
  Housekeeper keeper(clock, log,
                     {{.name = "bad",
                       .step = [&]() -> Result<bool> {
                         ++bad;
                         return failure(ErrorCode::unavailable, "the disk is full");
                       },
                       .next_due = [] { return Result<std::optional<Moment>>(Moment::min()); }},
                      {.name = "good",
                       .step = [&]() -> Result<bool> {
                         if (++good == 100) done.count_down();
                         return good < 100;
                       },
                       .next_due = nothing_due}});
  keeper.start();
  done.wait();
  keeper.stop();
  CHECK_MESSAGE(bad == 1, "it rests for a second");
  CHECK(log.count("chore_failed") == 1);
  CHECK(log.mentions("the disk is full"));
}

TEST_CASE("A housekeeper that was stopped does not start") {
  const FakeClock clock;
  CollectingObserver log;
  int steps = 0;
  Housekeeper keeper(clock, log,
                     {{.name = "one",
                       .step = [&]() -> Result<bool> {
                         ++steps;
                         return true;
                       },
                       .next_due = nothing_due}});
  keeper.stop();
  keeper.start();
  CHECK(steps == 0);
}

}  // namespace billing::tests
