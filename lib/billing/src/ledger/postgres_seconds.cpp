// SPDX-License-Identifier: Apache-2.0
#include "ledger/postgres_seconds.hpp"

namespace billing::postgres {
namespace {

// Two probes of the index one_event_a_second for each item.
constexpr const char* select_used_seconds = R"sql(
  SELECT (SELECT usage_at FROM usage_events
          WHERE item = since.item AND usage_at > since.start ORDER BY usage_at LIMIT 1),
         (SELECT usage_at FROM usage_events
          WHERE item = since.item AND usage_at > since.start ORDER BY usage_at DESC LIMIT 1)
  FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS since (item, start, position)
  ORDER BY position)sql";

}  // namespace

LockedItem::LockedItem(const Row& row, Second now_at_stripe)
    : id(row.text(0)),
      seconds{.period_start = row.second(1), .period_end = row.second(2), .floor = row.second(3)} {
  seconds.start = seconds.start_at(now_at_stripe);
}

std::optional<Second> LockedItem::take_second(const UsageEvent& event, Second now_at_stripe) {
  const std::optional<Second> second = choose_second({.clicked_at = to_second(event.clicked_at),
                                                      .period_start = seconds.start,
                                                      .now_at_stripe = now_at_stripe,
                                                      .used = seconds.used});
  if (second) seconds.use(*second);
  return second;
}

void read_used_seconds(Work& work, const std::vector<LockedItem*>& items) {
  if (items.empty()) return;
  const std::vector<Row> rows = work.run(
      select_used_seconds, array_of(items, [](const LockedItem* item) { return item->id; }),
      array_of(items, [](const LockedItem* item) { return item->seconds.start; }));
  require(rows.size() == items.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].null(0)) continue;
    items[i]->seconds.used =
        UsedSeconds{.earliest = rows[i].second(0), .latest = rows[i].second(1)};
  }
}

}  // namespace billing::postgres
