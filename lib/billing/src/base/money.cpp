// SPDX-License-Identifier: Apache-2.0
#include <billing/money.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace billing {
namespace {

/// https://docs.stripe.com/currencies#zero-decimal
constexpr std::array<std::string_view, 16> zero_decimal_currencies = {
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga",
    "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"};

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

std::string format(const Money& money) {
  const bool negative = money.minor < 0;
  // Unsigned, because the smallest negative number has no positive counterpart.
  const auto magnitude = negative ? std::uint64_t{0} - static_cast<std::uint64_t>(money.minor)
                                  : static_cast<std::uint64_t>(money.minor);
  const bool whole =
      std::ranges::find(zero_decimal_currencies, money.currency) != zero_decimal_currencies.end();
  const std::string digits = whole ? fmt::format("{}", magnitude)
                                   : fmt::format("{}.{:02}", magnitude / 100, magnitude % 100);
  const std::string_view sign = negative ? "-" : "";
  if (money.currency == "usd") return fmt::format("{}${}", sign, digits);
  std::string code = money.currency;
  std::ranges::transform(code, code.begin(), upper);
  return fmt::format("{}{} {}", sign, digits, code);
}

}  // namespace billing
