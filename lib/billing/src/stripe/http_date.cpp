// SPDX-License-Identifier: Apache-2.0
#include "stripe/http_date.hpp"

#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>

namespace billing::stripe {

std::optional<Second> parse_http_date(const std::string& text) {
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  std::tm parts{};
  std::string zone;
  stream >> std::get_time(&parts, "%a, %d %b %Y %H:%M:%S") >> zone;
  if (!stream || zone != "GMT") return std::nullopt;
  using namespace std::chrono;
  const year_month_day date(year(parts.tm_year + 1900),
                            month(static_cast<unsigned>(parts.tm_mon) + 1),
                            day(static_cast<unsigned>(parts.tm_mday)));
  if (!date.ok()) return std::nullopt;
  return sys_days(date) + hours(parts.tm_hour) + minutes(parts.tm_min) + seconds(parts.tm_sec);
}

}  // namespace billing::stripe
