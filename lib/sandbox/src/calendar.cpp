// SPDX-License-Identifier: Apache-2.0
#include "calendar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace sandbox {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::months;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::weekday;
using std::chrono::year_month_day;

constexpr std::array month_names = {"January",   "February", "March",    "April",
                                    "May",       "June",     "July",     "August",
                                    "September", "October",  "November", "December"};
constexpr std::array weekday_names = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

// Far beyond any date that is worth billing, and well inside what the calendar can express.
constexpr std::int64_t time_max = 253'402'300'799;

sys_seconds at(std::int64_t time) {
  return sys_seconds{seconds{std::clamp<std::int64_t>(time, 0, time_max)}};
}

year_month_day date_of(std::int64_t time) {
  return year_month_day{floor<days>(at(time))};
}

const char* month_name(const year_month_day& date) {
  return month_names[static_cast<unsigned>(date.month()) - 1];
}

}  // namespace

std::int64_t after_intervals(std::int64_t anchor, std::string_view interval, std::int64_t count) {
  if (interval == "day") return anchor + count * day_seconds;
  if (interval == "week") return anchor + count * 7 * day_seconds;
  const sys_seconds start = at(anchor);
  const sys_days midnight = floor<days>(start);
  const auto step = static_cast<int>(interval == "year" ? count * 12 : count);
  year_month_day date = year_month_day{midnight} + months{step};
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  return (sys_days{date} + (start - midnight)).time_since_epoch().count();
}

std::string http_date(std::int64_t now) {
  const year_month_day date = date_of(now);
  const std::chrono::hh_mm_ss time{at(now) - floor<days>(at(now))};
  return fmt::format("{}, {:02} {:.3} {:04} {:02}:{:02}:{:02} GMT",
                     weekday_names[weekday{sys_days{date}}.c_encoding()],
                     static_cast<unsigned>(date.day()), month_name(date),
                     static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

std::string long_date(std::int64_t time) {
  const year_month_day date = date_of(time);
  return fmt::format("{} {} {}", static_cast<unsigned>(date.day()), month_name(date),
                     static_cast<int>(date.year()));
}

YearMonth year_month(std::int64_t time) {
  const year_month_day date = date_of(time);
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<int>(static_cast<unsigned>(date.month()))};
}

int date_number(std::int64_t time) {
  const year_month_day date = date_of(time);
  return static_cast<int>(date.year()) * 10'000 +
         static_cast<int>(static_cast<unsigned>(date.month()) * 100 +
                          static_cast<unsigned>(date.day()));
}

bool day_exists(int year, int month, int day) {
  return month >= 0 && day >= 0 &&
         year_month_day{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                        std::chrono::day{static_cast<unsigned>(day)}}
             .ok();
}

}  // namespace sandbox
