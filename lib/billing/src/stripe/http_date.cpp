// SPDX-License-Identifier: Apache-2.0
#include "stripe/http_date.hpp"

#include <ctime>

namespace billing::stripe {

std::optional<Second> parse_http_date(const std::string& text) {
  std::tm parts{};
  // This program sets no locale, so that names are English.
  const char* const rest = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  using namespace std::chrono;
  const year_month_day date(year(parts.tm_year + 1900),
                            month(static_cast<unsigned>(parts.tm_mon) + 1),
                            day(static_cast<unsigned>(parts.tm_mday)));
  if (!date.ok()) return std::nullopt;
  return sys_days(date) + hours(parts.tm_hour) + minutes(parts.tm_min) + seconds(parts.tm_sec);
}

}  // namespace billing::stripe
