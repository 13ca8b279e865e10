// SPDX-License-Identifier: Apache-2.0
// The part of PostgresLedger for a database that is older than what happened.
#include "ledger/postgres_ledger.hpp"
#include "ledger/postgres_rows.hpp"

#include <fmt/format.h>

namespace billing::postgres {
namespace {

// Whoever has a claim of the item is overtaken.
constexpr const char* raise_floor = R"sql(
  UPDATE items SET floor = greatest(floor, $2::bigint), fence = fence + 1 WHERE id = $1)sql";

constexpr const char* restore_event = R"sql(
  INSERT INTO usage_events
    (id, customer, item, key, content_hash, kind, quantity, clicked_at, usage_at, attempt, state,
     reason, record, api_version, subscription, price)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
  ON CONFLICT (id) DO UPDATE SET usage_at = excluded.usage_at, attempt = excluded.attempt,
    state = excluded.state, reason = excluded.reason, record = excluded.record,
    api_version = excluded.api_version
  WHERE usage_events.state = 'pending')sql";

constexpr const char* select_rival = R"sql(
  SELECT id FROM usage_events
  WHERE ((customer = $1 AND key = $2) OR (item = $3 AND usage_at = $4)) AND id <> $5 LIMIT 1)sql";

constexpr const char* queue_up = R"sql(
  UPDATE items SET due_at = CASE
    WHEN EXISTS (SELECT 1 FROM usage_events WHERE item = items.id AND state = 'pending') THEN now()
  END
  WHERE id = $1)sql";

Result<void> restore_one(Work& work, const RecordedEvent& row) {
  const UsageEvent& event = *row.event;
  const auto rival =
      work.run_for_one(select_rival, event.customer, event.key, event.item, row.usage_at, event.id);
  if (rival) {
    return failure(ErrorCode::conflict, fmt::format("event {} has the key or the second that {} is "
                                                    "to have",
                                                    rival->text(0), event.id.text()));
  }
  work.run(restore_event, event.id, event.customer, event.item, event.key, event.content_hash,
           name(event.kind), event.quantity, event.clicked_at, row.usage_at, row.attempt,
           name(row.state), row.reason, row.record, row.api_version, event.subscription,
           event.price);
  return {};
}

}  // namespace

Result<void> PostgresLedger::restore(const ItemRestoration& restoration) {
  return sessions_.writes.write([&](Work& work) -> Result<void> {
    work.run(raise_floor, restoration.item, restoration.floor);
    for (const RecordedEvent& row : restoration.rows) {
      if (auto restored = restore_one(work, row); !restored) return restored;
    }
    work.run(queue_up, restoration.item);
    return {};
  });
}

}  // namespace billing::postgres
