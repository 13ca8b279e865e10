// SPDX-License-Identifier: Apache-2.0
#include <billing/entropy.hpp>
#include <billing/rate_limit.hpp>

#include "support/fake_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <latch>
#include <thread>
#include <vector>

namespace billing::tests {
namespace {

using std::chrono::milliseconds;

constexpr double rates_tried[] = {0.3, 1, 3, 7, 20, 33.3, 80, 100, 999};

/// As the header says: a quarter of a second's calls, at least one.
double burst_of(double rate) {
  return std::max(1.0, rate / 4);
}

std::size_t taken_at_once(RateLimit& limit) {
  std::size_t count = 0;
  while (limit.try_take()) ++count;
  return count;
}

/// The most calls that any second saw, both of its ends included.
std::size_t most_in_a_second(std::vector<Moment> calls) {
  std::ranges::sort(calls);
  std::size_t most = 0;
  for (auto first = calls.begin(); first != calls.end(); ++first) {
    const auto end = std::upper_bound(first, calls.end(), *first + std::chrono::seconds(1));
    most = std::max(most, static_cast<std::size_t>(std::distance(first, end)));
  }
  return most;
}

/// Ten minutes of asking at odd moments, mostly for more than there is.
template <class Ask>
void ask_at_odd_moments(FakeClock& clock, double rate, Ask ask) {
  SeededEntropy entropy(static_cast<std::uint64_t>(rate * 10));
  const Moment end = clock.moment() + std::chrono::minutes(10);
  while (clock.moment() < end) {
    ask(entropy.next());
    // Now and then a long silence, after which as much as ever may have gathered.
    const auto longest = entropy.next() % 50 == 0 ? 5'000U : static_cast<unsigned>(500 / rate) + 1;
    clock.advance(milliseconds(entropy.next() % (longest + 1)));
  }
}

}  // namespace

TEST_CASE("Delivery alone makes at most the rate and one burst of calls in any second") {
  for (const double rate : rates_tried) {
    CAPTURE(rate);
    FakeClock clock;
    RateLimit limit(clock, rate);
    std::vector<Moment> calls;
    ask_at_odd_moments(clock, rate, [&](std::uint64_t) {
      while (limit.try_take()) calls.push_back(clock.moment());
    });
    CHECK(static_cast<double>(most_in_a_second(calls)) <= rate + burst_of(rate));
  }
}

TEST_CASE("Delivery that asks when next_at says gets the whole rate") {
  for (const double rate : rates_tried) {
    CAPTURE(rate);
    FakeClock clock;
    RateLimit limit(clock, rate);
    const Moment end = clock.moment() + std::chrono::minutes(1);
    std::size_t calls = 0;
    while (clock.moment() < end) {
      calls += taken_at_once(limit);
      clock.advance(limit.next_at() - clock.moment());
    }
    CHECK(static_cast<double>(calls) >= 60 * rate - 1);
  }
}

TEST_CASE("People and delivery together make at most the rate and two bursts in any second") {
  for (const double rate : rates_tried) {
    CAPTURE(rate);
    FakeClock clock;
    RateLimit limit(clock, rate);
    std::vector<Moment> calls;
    ask_at_odd_moments(clock, rate, [&](std::uint64_t chance) {
      if (chance % 2 == 0) {
        while (limit.try_take()) calls.push_back(clock.moment());
      } else {
        calls.push_back(clock.moment() + limit.take());
      }
    });
    CHECK(static_cast<double>(most_in_a_second(calls)) <= rate + 2 * burst_of(rate));
  }
}

TEST_CASE("People's calls wait for nothing until they have borrowed as much as a burst") {
  FakeClock clock;
  RateLimit limit(clock, 80);
  CHECK(taken_at_once(limit) == 20);
  for (int i = 0; i < 20; ++i) CHECK(limit.take() == milliseconds(0));
  // 80 a second is one in 12.5 ms.
  CHECK(limit.take() == milliseconds(13));
  CHECK(limit.take() == milliseconds(25));
  clock.advance(milliseconds(25));
  CHECK(limit.take() == milliseconds(13));
}

TEST_CASE("Delivery gets nothing until what people's calls owe is made up for") {
  FakeClock clock;
  RateLimit limit(clock, 80);
  for (int i = 0; i < 28; ++i) static_cast<void>(limit.take());
  // Eight are owed and one is to be had: nine times 12.5 ms.
  CHECK_FALSE(limit.try_take());
  clock.advance(milliseconds(112));
  CHECK_FALSE(limit.try_take());
  clock.advance(milliseconds(1));
  CHECK(limit.try_take());
  CHECK_FALSE(limit.try_take());
}

TEST_CASE("A turn may be taken at the moment that next_at named, and not before") {
  for (const double rate : rates_tried) {
    for (const bool asked_meanwhile : {false, true}) {
      CAPTURE(rate);
      CAPTURE(asked_meanwhile);
      FakeClock clock;
      RateLimit limit(clock, rate);
      CHECK(limit.next_at() <= clock.moment());
      taken_at_once(limit);
      for (int i = 0; i < 20; ++i) {
        if (i % 5 == 4) static_cast<void>(limit.take());
        const Moment next = limit.next_at();
        REQUIRE(next > clock.moment());
        if (asked_meanwhile) {
          for (const auto step = (next - clock.moment()) / 7; step.count() > 0;) {
            if (clock.moment() + step >= next) break;
            clock.advance(step);
            CHECK_FALSE(limit.try_take());
          }
        }
        clock.advance(next - clock.moment() - milliseconds(1));
        CHECK_FALSE(limit.try_take());
        clock.advance(milliseconds(1));
        CHECK(limit.try_take());
        taken_at_once(limit);
      }
    }
  }
}

TEST_CASE("A rate of 0 is no limit") {
  FakeClock clock;
  RateLimit limit(clock, 0);
  for (int i = 0; i < 10'000; ++i) {
    REQUIRE(limit.try_take());
    REQUIRE(limit.take() == milliseconds(0));
  }
  CHECK(limit.next_at() == Moment::min());
}

TEST_CASE("A turn that was given back is there again, and makes a burst no larger") {
  FakeClock clock;
  RateLimit limit(clock, 80);
  CHECK(taken_at_once(limit) == 20);
  limit.give_back();
  CHECK(limit.next_at() <= clock.moment());
  CHECK(taken_at_once(limit) == 1);
  clock.advance(std::chrono::hours(1));
  limit.give_back();
  CHECK(taken_at_once(limit) == 20);
  limit.give_back();
  limit.give_back();
  clock.advance(std::chrono::hours(1));
  CHECK(taken_at_once(limit) == 20);
}

TEST_CASE("Threads that ask at once get no more turns than there are") {
  FakeClock clock;
  RateLimit limit(clock, 400'000);
  std::atomic<std::size_t> taken = 0;
  std::latch start(8);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        taken += taken_at_once(limit);
      });
    }
  }
  CHECK(taken == 100'000);
}

}  // namespace billing::tests
