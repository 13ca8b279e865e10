// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace sandbox {

/// Dates of the API at which something changed shape, as numbers that compare like dates.
constexpr int preview_date = 20240410;  // POST /v1/invoices/create_preview
constexpr int basil_date = 20250331;
constexpr int billing_mode_date = 20250630;
constexpr int setup_currency_date = 20250827;  // Checkout in setup mode must name one
constexpr int clover_date = 20250930;
constexpr int expandable_line_price_date = 20251215;
constexpr int dahlia_date = 20260325;
constexpr int endive_date = 20260930;

/// A version of the API: `2025-02-24.acacia`, or a date alone before there were trains. What it
/// says by default is the default version of every account.
struct Version {
  int date = 20250224;
  std::string_view train = "acacia";

  auto operator<=>(const Version& other) const { return date <=> other.date; }
  bool operator==(const Version& other) const { return date == other.date; }

  bool from(int day) const { return date >= day; }
  /// Usage is meter events, and most objects look otherwise than before.
  bool basil() const { return from(basil_date); }
  /// As it is written in a header.
  std::string text() const;
};

/// The versions in which something exists: from `since` on, and before `until`.
struct Span {
  int since = 0;
  int until = 99999999;

  bool has(Version version) const { return version.date >= since && version.date < until; }
};
constexpr Span until_basil{.until = basil_date};
constexpr Span since_basil{.since = basil_date};

/// The version that a header names; the default for an empty one. Throws Refusal for what can't
/// be a version of Stripe's: the one place that knows.
///
/// Any day of the calendar is taken as one, since Stripe's list of them isn't kept here: without a
/// train from 2019-12-03 up to the first train, then with the train that ran on that day, up to
/// today or to the newest version known, whichever is later.
Version version_in(std::string_view header, std::int64_t now);

}  // namespace sandbox
