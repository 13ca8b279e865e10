// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "json.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sandbox {

/// An exact number with twelve decimals: what a meter event says, or a sum of many such.
class Decimal {
 public:
  /// Digits with a sign and a fraction or without: up to 15 before the point, and 12 after it.
  static std::optional<Decimal> read(std::string_view text);
  static Decimal of(std::int64_t whole);

  Decimal& operator+=(const Decimal& other);
  Decimal& operator-=(const Decimal& other);
  auto operator<=>(const Decimal&) const = default;

  /// The whole part, held at 64 bits, and what is left, in units of 10^-12.
  std::int64_t whole() const;
  std::int64_t fraction() const;
  std::int64_t rounded_up() const;
  std::string text() const;
  /// As a number of a body: an integer where it is one.
  Json number() const;

 private:
  // Not even 10^11 of the largest values overflow it.
  __extension__ typedef __int128 Int128;
  static constexpr std::int64_t scale = 1'000'000'000'000;

  Int128 parts_ = 0;
};

}  // namespace sandbox
