// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sandbox {

constexpr std::int64_t hour_seconds = 3600;
constexpr std::int64_t day_seconds = 86'400;

/// `count` intervals (day, week, month, year) after the anchor, in UTC. A month without the
/// anchor's day ends on its last one: 31 January + 1 month = 28 or 29 February, + 2 = 31 March.
std::int64_t after_intervals(std::int64_t anchor, std::string_view interval, std::int64_t count);

/// RFC 7231: `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string http_date(std::int64_t now);
/// `3 February 2025`.
std::string long_date(std::int64_t time);

struct YearMonth {
  int year;
  int month;
};
YearMonth year_month(std::int64_t time);
/// 3 February 2025 is 20250203.
int date_number(std::int64_t time);
bool day_exists(int year, int month, int day);

}  // namespace sandbox
