// SPDX-License-Identifier: Apache-2.0
#include "decimal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace sandbox {
namespace {

constexpr std::size_t whole_digits_max = 15;
constexpr std::size_t decimals_max = 12;

bool digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<Decimal> Decimal::read(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const bool fractional = point != std::string_view::npos;
  std::string fraction(fractional ? text.substr(point + 1) : "0");
  if (!digits(whole) || !digits(fraction) || whole.size() > whole_digits_max ||
      fraction.size() > decimals_max) {
    return std::nullopt;
  }
  fraction.resize(decimals_max, '0');
  Decimal decimal;
  for (const std::string_view part : {whole, std::string_view(fraction)}) {
    for (const char digit : part) decimal.parts_ = decimal.parts_ * 10 + (digit - '0');
  }
  if (negative) decimal.parts_ = -decimal.parts_;
  return decimal;
}

Decimal Decimal::of(std::int64_t whole) {
  Decimal decimal;
  decimal.parts_ = static_cast<Int128>(whole) * scale;
  return decimal;
}

Decimal& Decimal::operator+=(const Decimal& other) {
  parts_ += other.parts_;
  return *this;
}

Decimal& Decimal::operator-=(const Decimal& other) {
  parts_ -= other.parts_;
  return *this;
}

std::int64_t Decimal::whole() const {
  using Limits = std::numeric_limits<std::int64_t>;
  return static_cast<std::int64_t>(
      std::clamp<Int128>(parts_ / scale, Limits::min(), Limits::max()));
}

std::int64_t Decimal::fraction() const {
  return static_cast<std::int64_t>(parts_ % scale);
}

std::int64_t Decimal::rounded_up() const {
  const std::int64_t floor = whole();
  return fraction() > 0 && floor < std::numeric_limits<std::int64_t>::max() ? floor + 1 : floor;
}

std::string Decimal::text() const {
  if (fraction() == 0) return std::to_string(whole());
  const bool negative = parts_ < 0;
  std::string decimals = fmt::format("{:012}", negative ? -fraction() : fraction());
  decimals.erase(decimals.find_last_not_of('0') + 1);
  return fmt::format("{}{}.{}", negative ? "-" : "", negative ? -whole() : whole(), decimals);
}

Json Decimal::number() const {
  if (fraction() == 0) return whole();
  return static_cast<double>(parts_) / static_cast<double>(scale);
}

}  // namespace sandbox
