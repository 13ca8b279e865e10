// SPDX-License-Identifier: Apache-2.0
// The part of SqliteLedger for a file that is older than what happened.
#include "ledger/sqlite_ledger.hpp"
#include "ledger/sqlite_rows.hpp"

#include <fmt/format.h>

namespace billing::sqlite {
namespace {

constexpr const char* raise_floor = "UPDATE items SET floor = max(floor, ?) WHERE id = ?";

constexpr const char* restore_event = R"sql(
  INSERT INTO usage_events
    (id, customer, item, key, content_hash, kind, quantity, clicked_at, usage_at, attempt, state,
     reason, record, api_version, subscription, price)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET usage_at = excluded.usage_at, attempt = excluded.attempt,
    state = excluded.state, reason = excluded.reason, record = excluded.record,
    api_version = excluded.api_version
  WHERE usage_events.state = 'pending')sql";

constexpr const char* select_rival = R"sql(
  SELECT id FROM usage_events WHERE customer = ?1 AND key = ?2 AND id <> ?5
  UNION ALL
  SELECT id FROM usage_events WHERE item = ?3 AND usage_at = ?4 AND id <> ?5)sql";

}  // namespace

Result<void> SqliteLedger::restore(const ItemRestoration& restoration) {
  const std::lock_guard lock(mutex_);
  seconds_.forget(restoration.item);
  {
    // Whatever comes of it, the rows say what is pending.
    const std::lock_guard schedule_lock(schedule_mutex_);
    schedule_.clear();
    schedule_in_doubt_ = true;
  }
  return restore_all(restoration);
}

Result<void> SqliteLedger::restore_all(const ItemRestoration& restoration) {
  Result<Transaction> transaction = Transaction::begin(database_);
  if (!transaction) return failure(std::move(transaction));
  Run raise = database_.run(raise_floor);
  raise.bind(to_column(restoration.floor)).bind(restoration.item.text());
  if (auto raised = raise.finish(); !raised) return raised;
  for (const RecordedEvent& row : restoration.rows) {
    if (auto restored = restore_one(row); !restored) return restored;
  }
  return transaction->commit();
}

Result<void> SqliteLedger::restore_one(const RecordedEvent& row) {
  const UsageEvent& event = *row.event;
  Run rival = database_.run(select_rival);
  rival.bind(event.customer.text()).bind(event.key.text()).bind(event.item.text());
  const Result<bool> taken = rival.bind(to_column(row.usage_at)).bind(event.id.text()).step();
  if (!taken) return tl::unexpected(taken.error());
  if (*taken) {
    return failure(ErrorCode::conflict, fmt::format("event {} has the key or the second that {} is "
                                                    "to have",
                                                    rival.text(0), event.id.text()));
  }
  Run insert = database_.run(restore_event);
  insert.bind(event.id.text()).bind(event.customer.text()).bind(event.item.text());
  insert.bind(event.key.text()).bind(event.content_hash).bind(name(event.kind));
  insert.bind(event.quantity).bind(to_column(event.clicked_at)).bind(to_column(row.usage_at));
  insert.bind(std::int64_t{row.attempt}).bind(name(row.state)).bind(row.reason);
  insert.bind(row.record.text()).bind(row.api_version);
  insert.bind(event.subscription.text()).bind(event.price.text());
  return insert.finish();
}

}  // namespace billing::sqlite
