// SPDX-License-Identifier: Apache-2.0
#include <billing/usage.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace billing {
namespace {

Second at(int seconds) {
  return Second(std::chrono::seconds(seconds));
}

}  // namespace

TEST_CASE("A click that is later than all used seconds keeps its own") {
  CHECK(choose_second({.clicked_at = at(110), .period_start = at(100), .now_at_stripe = at(110)}) ==
        at(110));
  CHECK(choose_second({.clicked_at = at(110),
                       .period_start = at(100),
                       .now_at_stripe = at(110),
                       .used = UsedSeconds{at(105), at(109)}}) == at(110));
}

TEST_CASE("A click whose second is taken gets the one before the earliest, then the next") {
  SecondRequest request{.clicked_at = at(103),
                        .period_start = at(100),
                        .now_at_stripe = at(103),
                        .used = UsedSeconds{at(102), at(103)}};
  CHECK(choose_second(request) == at(101));
  request.used = UsedSeconds{at(101), at(103)};
  CHECK_MESSAGE(choose_second(request) == std::nullopt,
                "the period's first second is not after it");
  request.now_at_stripe = at(104);
  CHECK(choose_second(request) == at(104));
}

TEST_CASE("Nothing is ever put after Stripe's now or at the period's start") {
  CHECK_MESSAGE(
      choose_second({.clicked_at = at(130), .period_start = at(100), .now_at_stripe = at(120)}) ==
          at(120),
      "the local clock is ahead of Stripe's");
  CHECK_MESSAGE(
      choose_second({.clicked_at = at(90), .period_start = at(100), .now_at_stripe = at(120)}) ==
          at(101),
      "clicked in an earlier period");
  CHECK(choose_second({.clicked_at = at(100), .period_start = at(100), .now_at_stripe = at(100)}) ==
        std::nullopt);
}

TEST_CASE("As many clicks as the period has seconds get as many different ones") {
  SeededEntropy entropy(7);
  for (int round = 0; round < 200; ++round) {
    std::set<Second> seconds;
    Second now = at(100);
    const int clicks = static_cast<int>(entropy.next() % 60) + 1;
    for (int click = 0; click < clicks; ++click) {
      now += std::chrono::seconds(entropy.next() % 3);
      SecondRequest request{.clicked_at = now, .period_start = at(100), .now_at_stripe = now};
      if (!seconds.empty()) request.used = UsedSeconds{*seconds.begin(), *seconds.rbegin()};
      auto second = choose_second(request);
      while (!second) {
        now += std::chrono::seconds(1);
        request.now_at_stripe = now;
        second = choose_second(request);
      }
      CHECK(*second > at(100));
      CHECK(*second <= now);
      CHECK(seconds.insert(*second).second);
    }
  }
}

}  // namespace billing
