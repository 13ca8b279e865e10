// SPDX-License-Identifier: Apache-2.0
#include "restore/missed_usage.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>

namespace billing {

using std::chrono::seconds;

std::vector<ComparedPeriod> compared_periods(std::span<const stripe::UsageRecordSummary> summaries,
                                             Second first, Second now) {
  std::vector<ComparedPeriod> periods;
  for (const stripe::UsageRecordSummary& each : std::views::reverse(summaries)) {
    periods.push_back({.start = std::max(first, each.period_start.value_or(first)),
                       .end = each.is_open() ? now : each.period_end.value_or(now),
                       .open = each.is_open(),
                       .at_stripe = each.total_usage});
  }
  return periods;
}

void compare(std::vector<ComparedPeriod>& periods) {
  for (ComparedPeriod& each : periods) each.beyond = each.at_stripe - each.delivered;
  const auto take = [](ComparedPeriod& from, ComparedPeriod& into) {
    if (into.beyond >= 0 || from.beyond <= 0) return;
    const std::int64_t units = std::min(-into.beyond, from.beyond);
    from.beyond -= units;
    into.beyond += units;
  };
  for (std::size_t i = 0; i + 1 < periods.size(); ++i) {
    take(periods[i + 1], periods[i]);
    take(periods[i], periods[i + 1]);
  }
}

ComparedPeriod* counted_in(std::span<ComparedPeriod> periods, std::optional<Second> usage_at,
                           std::int64_t quantity) {
  const auto can_be = [&](const ComparedPeriod& each) { return each.beyond >= quantity; };
  const auto own = std::ranges::find_if(periods, [&](const ComparedPeriod& each) {
    return usage_at && *usage_at > each.start && *usage_at <= each.end && can_be(each);
  });
  if (own != periods.end()) return &*own;
  const auto found = std::ranges::find_if(periods, can_be);
  return found == periods.end() ? nullptr : &*found;
}

std::optional<Second> unused_second(const ComparedPeriod& period, std::set<Second>& used) {
  const Second first = period.start + seconds(1);
  const auto after = used.upper_bound(period.end);
  const bool any = after != used.begin() && *std::prev(after) >= first;
  Second second = any ? *std::prev(after) + seconds(1) : first;
  while (second > period.end || used.contains(second)) {
    if (second <= first) return std::nullopt;
    second -= seconds(1);
  }
  if (second < first) return std::nullopt;
  used.insert(second);
  return second;
}

}  // namespace billing
