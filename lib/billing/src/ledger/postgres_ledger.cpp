// SPDX-License-Identifier: Apache-2.0
#include "ledger/postgres_ledger.hpp"

#include "ledger/postgres_rows.hpp"

namespace billing::postgres {
namespace {

const std::string select_by_id = select_events + "WHERE id = $1";
const std::string select_by_key = select_events + "WHERE customer = $1 AND key = $2";
// A statement for each kind of filter: a plan that serves all of them serves none well.
const std::string newest_first = "sequence < $1 ORDER BY sequence DESC LIMIT $2";
const std::string select_page = select_events + "WHERE " + newest_first;
const std::string select_state_page = select_events + "WHERE state = $3 AND " + newest_first;
const std::string select_customer_page = select_events + "WHERE customer = $3 AND " + newest_first;
const std::string select_customer_state_page =
    select_events + "WHERE customer = $3 AND state = $4 AND " + newest_first;
const std::string select_customer_item_page =
    select_events + "WHERE customer = $3 AND item = $4 AND " + newest_first;

constexpr const char* count_states = R"sql(
  SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'delivered'),
         count(*) FILTER (WHERE state = 'refused'),
         count(*) FILTER (WHERE state = 'final_invoice'),
         count(*) FILTER (WHERE state = 'parked')
  FROM usage_events)sql";

constexpr const char* select_backlog = R"sql(
  SELECT (SELECT clicked_at FROM usage_events
          WHERE item = items.id AND state = 'pending' ORDER BY sequence LIMIT 1), failing
  FROM items WHERE id = $1)sql";

// Each part has an index of its own.
constexpr const char* select_usage = R"sql(
  SELECT (SELECT coalesce(sum(quantity), 0)::bigint FROM usage_events
          WHERE item = $1 AND usage_at > $2 AND state <> 'refused'),
         (SELECT coalesce(sum(quantity), 0)::bigint FROM usage_events
          WHERE item = $1 AND state = 'pending' AND kind = 'session' AND usage_at IS NULL),
         (SELECT count(*) FROM usage_events WHERE item = $1 AND state = 'pending'))sql";

constexpr const char* sum_balance = R"sql(
  SELECT coalesce(sum(quantity) FILTER (WHERE state = 'delivered' AND usage_at <= $3), 0)::bigint,
         coalesce(sum(quantity) FILTER (WHERE state = 'delivered' AND usage_at > $3), 0)::bigint,
         coalesce(sum(quantity) FILTER (WHERE state = 'pending' AND usage_at <= $3), 0)::bigint
  FROM usage_events WHERE item = $1 AND usage_at > $2)sql";

std::vector<Row> page_of(Work& work, const EventFilter& filter) {
  const auto run = [&](const std::string& sql, const auto&... values) {
    return work.run(sql.c_str(), filter.before_sequence, filter.limit, values...);
  };
  if (filter.item) return run(select_customer_item_page, filter.customer, filter.item);
  if (filter.customer && filter.state) {
    return run(select_customer_state_page, filter.customer, name(*filter.state));
  }
  if (filter.customer) return run(select_customer_page, filter.customer);
  if (filter.state) return run(select_state_page, name(*filter.state));
  return run(select_page);
}

}  // namespace

Result<std::optional<RecordedEvent>> PostgresLedger::find(const EventId& id) {
  return sessions_.reads.read(
      [&](Work& work) { return one_event(work.run(select_by_id.c_str(), id)); });
}

Result<std::optional<RecordedEvent>> PostgresLedger::find(const CustomerId& customer,
                                                          const IdempotencyKey& key) {
  return sessions_.reads.read(
      [&](Work& work) { return one_event(work.run(select_by_key.c_str(), customer, key)); });
}

Result<std::vector<RecordedEvent>> PostgresLedger::list(const EventFilter& filter) {
  require(!filter.item || (filter.customer && !filter.state));
  return sessions_.reads.read([&](Work& work) { return events_of(page_of(work, filter)); });
}

Result<LedgerTotals> PostgresLedger::totals() {
  return sessions_.reads.read([](Work& work) -> Result<LedgerTotals> {
    const std::optional<Row> row = work.run_for_one(count_states);
    require(row.has_value());
    return LedgerTotals{.pending = row->integer(0),
                        .delivered = row->integer(1),
                        .refused = row->integer(2),
                        .final_invoice = row->integer(3),
                        .parked = row->integer(4)};
  });
}

Result<Backlog> PostgresLedger::backlog(const ItemId& item) {
  return sessions_.reads.read([&](Work& work) -> Result<Backlog> {
    const std::optional<Row> row = work.run_for_one(select_backlog, item);
    if (!row || row->null(0)) return Backlog{};
    return Backlog{.oldest_clicked_at = row->instant(0), .failing = row->boolean(1)};
  });
}

Result<ItemUsage> PostgresLedger::usage(const ItemId& item, Second after) {
  return sessions_.reads.read([&](Work& work) -> Result<ItemUsage> {
    const std::optional<Row> row = work.run_for_one(select_usage, item, after);
    require(row.has_value());
    return ItemUsage{.quantity = row->integer(0) + row->integer(1), .pending = row->integer(2)};
  });
}

Result<ItemBalance> PostgresLedger::balance(const ItemId& item, Second from, Second boundary) {
  return sessions_.reads.read([&](Work& work) -> Result<ItemBalance> {
    const std::optional<Row> row = work.run_for_one(sum_balance, item, from, boundary);
    require(row.has_value());
    return ItemBalance{.delivered_closed = row->integer(0),
                       .delivered_open = row->integer(1),
                       .pending_closed = row->integer(2)};
  });
}

}  // namespace billing::postgres
