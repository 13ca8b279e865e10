// SPDX-License-Identifier: Apache-2.0
#include "version.hpp"

#include "calendar.hpp"
#include "error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace sandbox {
namespace {

constexpr int oldest = 20191203;
constexpr int newest = 20261028;
constexpr int first_train = 20240930;

/// The first and the last version of a train. Between two trains there is no version.
struct Train {
  std::string_view name;
  int first, last;
};
constexpr std::array trains = {
    Train{"acacia", first_train, 20250224}, Train{"basil", basil_date, 20250827},
    Train{"clover", clover_date, 20260225}, Train{"dahlia", dahlia_date, 20260826},
    Train{"endive", endive_date, 99999999},
};

std::optional<int> number_in(std::string_view text) {
  int number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && stop == text.data() + text.size() && text[0] != '-';
  return whole ? std::optional(number) : std::nullopt;
}

// A day of the calendar, or nothing.
std::optional<int> date_in(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number_in(text.substr(0, 4));
  const auto month = number_in(text.substr(5, 2));
  const auto day = number_in(text.substr(8, 2));
  if (!year || !month || !day || !day_exists(*year, *month, *day)) return std::nullopt;
  return *year * 10'000 + *month * 100 + *day;
}

std::optional<Version> understood(std::string_view header, int today) {
  const auto date = date_in(header.substr(0, 10));
  if (!date || *date < oldest || *date > std::max(newest, today)) return std::nullopt;
  if (*date < first_train) {
    return header.size() == 10 ? std::optional(Version{*date, {}}) : std::nullopt;
  }
  if (header.size() < 12 || header[10] != '.') return std::nullopt;
  const auto train = std::ranges::find(trains, header.substr(11), &Train::name);
  if (train == trains.end() || *date < train->first || *date > train->last) return std::nullopt;
  return Version{*date, train->name};
}

}  // namespace

std::string Version::text() const {
  return fmt::format("{:04}-{:02}-{:02}{}{}", date / 10'000, date / 100 % 100, date % 100,
                     train.empty() ? "" : ".", train);
}

Version version_in(std::string_view header, std::int64_t now) {
  if (header.empty()) return {};
  if (const auto version = understood(header, date_number(now))) return *version;
  throw Refusal{.message = fmt::format("Invalid Stripe API version: {}", header),
                .executed = false};
}

}  // namespace sandbox
