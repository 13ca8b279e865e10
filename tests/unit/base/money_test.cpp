// SPDX-License-Identifier: Apache-2.0
#include <billing/money.hpp>

#include <doctest/doctest.h>

#include <cstdint>

namespace billing {

TEST_CASE("Money is shown as its currency is written") {
  CHECK(format({24'000, "usd"}) == "$240.00");
  CHECK(format({5, "usd"}) == "$0.05");
  CHECK(format({-8'000, "usd"}) == "-$80.00");
  CHECK(format({8'000, "eur"}) == "80.00 EUR");
  CHECK(format({8'000, "jpy"}) == "8000 JPY");
  CHECK(format({INT64_MIN, "usd"}) == "-$92233720368547758.08");
}

}  // namespace billing
