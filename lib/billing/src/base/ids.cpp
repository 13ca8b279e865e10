// SPDX-License-Identifier: Apache-2.0
#include <billing/ids.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace billing {
namespace {

/// Longer than any id Stripe makes (its documentation asks to allow for 255).
constexpr std::size_t id_length_max = 255;

bool letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool well_formed(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix) || text.size() > id_length_max) return false;
  const std::string_view rest = text.substr(prefix.size());
  return !rest.empty() && std::ranges::all_of(rest, letter_or_digit);
}

template <class AnyId>
Result<AnyId> parse(std::string_view text, std::string_view field,
                    std::initializer_list<std::string_view> prefixes) {
  if (text.empty()) {
    return failure(ErrorCode::invalid, fmt::format("{} is missing: send an id that begins with {}",
                                                   field, *prefixes.begin()));
  }
  for (const std::string_view prefix : prefixes) {
    if (well_formed(text, prefix)) return AnyId(std::string(text));
  }
  return failure(ErrorCode::invalid,
                 fmt::format("{} is not an id: it has to be {} followed by letters and digits",
                             field, *prefixes.begin()));
}

}  // namespace

Result<CustomerId> parse_customer_id(std::string_view text, std::string_view field) {
  return parse<CustomerId>(text, field, {"cus_"});
}

Result<PriceId> parse_price_id(std::string_view text, std::string_view field) {
  return parse<PriceId>(text, field, {"price_"});
}

Result<CheckoutSessionId> parse_checkout_session_id(std::string_view text, std::string_view field) {
  return parse<CheckoutSessionId>(text, field, {"cs_test_", "cs_live_"});
}

}  // namespace billing
