// SPDX-License-Identifier: Apache-2.0
#include "restore/missed_usage.hpp"

#include <doctest/doctest.h>

namespace billing {
namespace {

using std::chrono::seconds;

constexpr Second second_at(int second) {
  return Second(seconds(second));
}

ComparedPeriod compared(int start, int end, std::int64_t at_stripe, std::int64_t delivered) {
  return {.start = second_at(start),
          .end = second_at(end),
          .at_stripe = at_stripe,
          .delivered = delivered};
}

}  // namespace

TEST_CASE("What was counted on the other side of a boundary is no difference") {
  std::vector<ComparedPeriod> periods;
  SUBCASE("in the next period") {
    periods = {compared(0, 100, 3, 4), compared(100, 200, 6, 5)};
  }
  SUBCASE("in the one before") {
    periods = {compared(0, 100, 5, 4), compared(100, 200, 4, 5)};
  }
  compare(periods);
  CHECK(periods[0].beyond == 0);
  CHECK(periods[1].beyond == 0);
}

TEST_CASE("What Stripe lacks altogether stays a difference, and what it has beyond stays, too") {
  std::vector<ComparedPeriod> periods{compared(0, 100, 1, 4), compared(100, 200, 6, 5)};
  compare(periods);
  CHECK(periods[0].beyond == -2);
  CHECK(periods[1].beyond == 0);
  periods = {compared(0, 100, 4, 4), compared(100, 200, 8, 5)};
  compare(periods);
  CHECK(periods[0].beyond == 0);
  CHECK(periods[1].beyond == 3);
}

TEST_CASE("An event was counted in its second's period, or where Stripe has some to spare") {
  std::vector<ComparedPeriod> periods{compared(0, 100, 1, 0), compared(100, 200, 1, 0)};
  compare(periods);
  CHECK(counted_in(periods, second_at(150), 1) == &periods[1]);
  CHECK(counted_in(periods, second_at(100), 1) == &periods[0]);
  CHECK(counted_in(periods, std::nullopt, 1) == &periods[0]);
  CHECK(counted_in(periods, second_at(150), 2) == nullptr);
  periods[1].beyond = 0;
  CHECK(counted_in(periods, second_at(150), 1) == &periods[0]);
}

TEST_CASE("Unused seconds are found until the period has none left, each once") {
  const ComparedPeriod open = compared(100, 106, 0, 0);
  std::set<Second> used{second_at(50), second_at(102), second_at(104), second_at(107)};
  std::vector<Second> found;
  while (const auto second = unused_second(open, used)) {
    REQUIRE(found.size() < 10);
    found.push_back(*second);
  }
  CHECK(found ==
        std::vector<Second>{second_at(105), second_at(106), second_at(103), second_at(101)});
}

TEST_CASE("A period without a second in it has none to give") {
  std::set<Second> used;
  CHECK_FALSE(unused_second(compared(100, 100, 0, 0), used).has_value());
  CHECK_FALSE(unused_second(compared(100, 99, 0, 0), used).has_value());
}

}  // namespace billing
