// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace billing {

/// An amount in the currency's minor unit (cents); `currency` is ISO 4217 in lower case, as at
/// Stripe.
struct Money {
  std::int64_t minor = 0;
  std::string currency;

  friend bool operator==(const Money&, const Money&) = default;
};

/// For people: `$240.00` for usd, else `240.00 EUR`; currencies without a minor unit have no point.
std::string format(const Money& money);

}  // namespace billing
