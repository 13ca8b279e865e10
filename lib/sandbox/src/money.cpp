// SPDX-License-Identifier: Apache-2.0
#include "money.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace sandbox {
namespace {

__extension__ typedef __int128 Int128;

constexpr std::size_t decimals_max = 12;
constexpr std::size_t digits_max = 12;
constexpr std::int64_t scale = 1'000'000'000'000;

struct Parts {
  std::string_view whole;
  std::string_view fraction;
};

Parts parts_of(std::string_view decimal) {
  const auto point = decimal.find('.');
  if (point == std::string_view::npos) return {decimal, {}};
  return {decimal.substr(0, point), decimal.substr(point + 1)};
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::int64_t integer_of(std::string_view digits) {
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::string_view sign_of(std::string_view currency) {
  if (currency == "usd") return "$";
  if (currency == "eur") return "€";
  if (currency == "gbp") return "£";
  return currency == "jpy" ? "¥" : std::string_view{};
}

std::string with_currency(std::string_view number, std::string_view currency) {
  const std::string_view sign = sign_of(currency);
  if (!sign.empty()) return fmt::format("{}{}", sign, number);
  std::string code(currency);
  std::ranges::transform(code, code.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return fmt::format("{} {}", number, code);
}

// Digits with a point put before the last `decimals` of them.
std::string pointed(std::string digits, std::size_t decimals) {
  if (decimals == 0) return digits;
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  digits.insert(digits.size() - decimals, ".");
  return digits;
}

}  // namespace

std::string money_text(std::int64_t amount, std::string_view currency) {
  const bool negative = amount < 0;
  const auto magnitude =
      negative ? 0 - static_cast<std::uint64_t>(amount) : static_cast<std::uint64_t>(amount);
  const auto decimals = static_cast<std::size_t>(currency_decimals(currency));
  std::string number = pointed(std::to_string(magnitude), decimals);
  const std::size_t whole = number.size() - (decimals == 0 ? 0 : decimals + 1);
  for (std::size_t at = whole; at > 3; at -= 3) number.insert(at - 3, ",");
  return (negative ? "-" : "") + with_currency(number, currency);
}

std::string unit_price_text(std::string_view decimal, std::string_view currency) {
  if (const auto whole = decimal_as_integer(decimal)) return money_text(*whole, currency);
  const auto [whole, fraction] = parts_of(decimal);
  const auto decimals = static_cast<std::size_t>(currency_decimals(currency));
  return with_currency(pointed(fmt::format("{}{}", whole, fraction), decimals + fraction.size()),
                       currency);
}

bool decimal_valid(std::string_view decimal) {
  const auto [whole, fraction] = parts_of(decimal);
  return !whole.empty() && whole.size() <= digits_max && fraction.size() <= decimals_max &&
         all_digits(whole) && all_digits(fraction) && decimal.back() != '.';
}

std::optional<std::int64_t> decimal_as_integer(std::string_view decimal) {
  const auto [whole, fraction] = parts_of(decimal);
  if (fraction.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
  return integer_of(whole);
}

std::string decimal_normal(std::string_view decimal) {
  const auto [whole, fraction] = parts_of(decimal);
  const auto last = fraction.find_last_not_of('0');
  std::string normal = std::to_string(integer_of(whole));
  if (last != std::string_view::npos) normal += fmt::format(".{}", fraction.substr(0, last + 1));
  return normal;
}

std::int64_t priced(std::int64_t quantity, std::string_view decimal) {
  return priced(Decimal::of(quantity), decimal);
}

std::int64_t priced(const Decimal& quantity, std::string_view decimal) {
  const auto [whole, fraction] = parts_of(decimal);
  std::string padded(fraction);
  padded.resize(decimals_max, '0');
  const Int128 unit = static_cast<Int128>(integer_of(whole)) * scale + integer_of(padded);
  // Asked before multiplying: 63 bits of quantity and 80 bits of price don't fit into 127.
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  if (unit != 0 && quantity.whole() > static_cast<Int128>(most) * scale / unit) return most;
  const Int128 most_of_it = unit * quantity.whole();
  // In units of 10^-24, in which both fractions are exact.
  const Int128 rest = most_of_it % scale * scale + unit * quantity.fraction();
  constexpr Int128 one = static_cast<Int128>(scale) * scale;
  return sum_of(static_cast<std::int64_t>(most_of_it / scale),
                static_cast<std::int64_t>((rest + one / 2) / one));
}

std::int64_t sum_of(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a > 0 ? std::numeric_limits<std::int64_t>::max()
               : std::numeric_limits<std::int64_t>::min();
}

}  // namespace sandbox
