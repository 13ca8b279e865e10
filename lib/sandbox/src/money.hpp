// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decimal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sandbox {

/// Money is an integer in minor units; a unit price may have up to 12 decimals and is then text.

/// `$80.00`, `€1.50`, `¥500`, and `3.00 CHF` for a currency without a well-known sign.
std::string money_text(std::int64_t amount, std::string_view currency);
/// The same for a unit price such as `0.5` (cents): `$0.005`.
std::string unit_price_text(std::string_view decimal, std::string_view currency);

/// Whether the text is a non-negative decimal with at most 12 decimals.
bool decimal_valid(std::string_view decimal);
/// The decimal as an integer, or nothing when it has a fraction.
std::optional<std::int64_t> decimal_as_integer(std::string_view decimal);
/// Without zeros that say nothing: `010.50` is `10.5`.
std::string decimal_normal(std::string_view decimal);

/// quantity × unit price, half a minor unit rounded up, held at the largest 64-bit integer.
std::int64_t priced(std::int64_t quantity, std::string_view decimal);
std::int64_t priced(const Decimal& quantity, std::string_view decimal);
/// a + b, held at the limits of 64 bits.
std::int64_t sum_of(std::int64_t a, std::int64_t b);

std::string_view supported_currencies();
bool currency_supported(std::string_view currency);
int currency_decimals(std::string_view currency);

}  // namespace sandbox
