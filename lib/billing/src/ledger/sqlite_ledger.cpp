// SPDX-License-Identifier: Apache-2.0
#include "ledger/sqlite_ledger.hpp"

#include "ledger/sqlite_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace billing::sqlite {
namespace {

const std::string select_by_id = select_events + "WHERE id = ?";
const std::string select_by_key = select_events + "WHERE customer = ? AND key = ?";
// A statement for each kind of filter, since an index serves only what a statement plainly names:
// by customer one_event_a_key does, and pending_events where its own condition stands word for
// word. The other states have none: hardly any row is refused, and most are delivered.
const std::string newest_first = "sequence < ? ORDER BY sequence DESC LIMIT ?";
const std::string select_page = select_events + "WHERE " + newest_first;
const std::string select_pending_page =
    select_events + "WHERE state = 'pending' AND " + newest_first;
const std::string select_state_page = select_events + "WHERE state = ? AND " + newest_first;
const std::string select_customer_page = select_events + "WHERE customer = ? AND " + newest_first;
const std::string select_customer_item_page =
    select_events + "WHERE customer = ? AND item = ? AND " + newest_first;
const std::string select_customer_state_page =
    select_events + "WHERE customer = ? AND state = ? AND " + newest_first;

// The unique index decides, not a look beforehand: two clicks with one key may be in one batch.
constexpr const char* insert_event = R"sql(
  INSERT INTO usage_events
    (id, customer, item, key, content_hash, kind, quantity, clicked_at, usage_at, subscription,
     price)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (customer, key) DO NOTHING)sql";

constexpr const char* select_period =
    "SELECT period_start, period_end, floor FROM items WHERE id = ?";

// Two probes of the index one_event_a_second; one statement with min and max would scan it.
constexpr const char* select_earliest_second = R"sql(
  SELECT usage_at FROM usage_events WHERE item = ? AND usage_at > ?
  ORDER BY usage_at LIMIT 1)sql";
constexpr const char* select_latest_second = R"sql(
  SELECT usage_at FROM usage_events WHERE item = ? AND usage_at > ?
  ORDER BY usage_at DESC LIMIT 1)sql";

const std::string& page_for(const EventFilter& filter) {
  if (filter.item) return select_customer_item_page;
  if (filter.customer) return filter.state ? select_customer_state_page : select_customer_page;
  if (!filter.state) return select_page;
  return *filter.state == EventState::pending ? select_pending_page : select_state_page;
}

// Two statements, each with an index of its own: one_event_a_second, and pending_events.
constexpr const char* sum_usage = R"sql(
  SELECT ifnull(sum(quantity), 0) FROM usage_events
  WHERE item = ? AND usage_at > ? AND state <> 'refused')sql";
constexpr const char* count_pending = R"sql(
  SELECT count(*),
         ifnull(sum(quantity) FILTER (WHERE kind = 'session' AND usage_at IS NULL), 0)
  FROM usage_events WHERE state = 'pending' AND item = ? AND sequence >= ?)sql";

constexpr const char* sum_balance = R"sql(
  SELECT ifnull(sum(quantity) FILTER (WHERE state = 'delivered' AND usage_at <= ?1), 0),
         ifnull(sum(quantity) FILTER (WHERE state = 'delivered' AND usage_at > ?1), 0),
         ifnull(sum(quantity) FILTER (WHERE state = 'pending' AND usage_at <= ?1), 0)
  FROM usage_events WHERE item = ?2 AND usage_at > ?3)sql";

Result<std::optional<std::int64_t>> one_integer(Run& run) {
  const Result<bool> found = run.step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(run.integer(0));
}

}  // namespace

Result<Appended> SqliteLedger::append_one(const SharedEvent& shared, Second now_at_stripe) {
  const UsageEvent& event = *shared;
  const Result<std::optional<Second>> second = free_second(event, now_at_stripe);
  if (!second) return tl::unexpected(second.error());
  Run insert = database_.run(insert_event);
  insert.bind_borrowed(event.id.text()).bind_borrowed(event.customer.text());
  insert.bind_borrowed(event.item.text()).bind_borrowed(event.key.text());
  insert.bind_borrowed(event.content_hash).bind_borrowed(name(event.kind));
  insert.bind(event.quantity).bind(to_column(event.clicked_at)).bind(to_column(*second));
  insert.bind_borrowed(event.subscription.text()).bind_borrowed(event.price.text());
  if (auto inserted = insert.finish(); !inserted) return failure(std::move(inserted));
  if (const std::int64_t sequence = database_.inserted_row(); sequence != 0) {
    if (*second) {
      if (ItemSeconds* known = seconds_.find(event.item)) known->use(**second);
    }
    return Appended{
        .outcome = AppendOutcome::recorded,
        .row = RecordedEvent{.sequence = sequence, .event = shared, .usage_at = *second}};
  }
  Result<std::optional<RecordedEvent>> known = by_key(event.customer, event.key);
  if (!known) return failure(std::move(known));
  require(known->has_value());
  const bool same = (*known)->event->content_hash == event.content_hash;
  return Appended{.outcome = same ? AppendOutcome::repeated : AppendOutcome::conflict,
                  .row = std::move(**known)};
}

Result<std::optional<Second>> SqliteLedger::free_second(const UsageEvent& event,
                                                        Second now_at_stripe) {
  // Only usage has a second.
  if (event.kind != UsageKind::session) return std::optional<Second>();
  const Result<ItemSeconds*> seconds = seconds_of(event.item, now_at_stripe);
  if (!seconds) return tl::unexpected(seconds.error());
  return choose_second({.clicked_at = to_second(event.clicked_at),
                        .period_start = (*seconds)->start,
                        .now_at_stripe = now_at_stripe,
                        .used = (*seconds)->used});
}

Result<ItemSeconds*> SqliteLedger::seconds_of(const ItemId& item, Second now_at_stripe) {
  if (ItemSeconds* known = seconds_.find(item)) {
    if (known->start == known->start_at(now_at_stripe)) return known;
  }
  Run period = database_.run(select_period);
  const Result<bool> found = period.bind_borrowed(item.text()).step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) {
    return failure(ErrorCode::not_found,
                   fmt::format("subscription item {} is not in the data file", item.text()));
  }
  ItemSeconds seconds{.period_start = second_of(period.integer(0)),
                      .period_end = second_of(period.integer(1)),
                      .floor = second_of(period.integer(2))};
  seconds.start = seconds.start_at(now_at_stripe);
  for (const char* sql : {select_earliest_second, select_latest_second}) {
    Run probe = database_.run(sql);
    probe.bind_borrowed(item.text()).bind(to_column(seconds.start));
    const auto second = one_integer(probe);
    if (!second) return tl::unexpected(second.error());
    if (*second) seconds.use(second_of(**second));
  }
  return &seconds_.keep(item, seconds);
}

Result<std::optional<RecordedEvent>> SqliteLedger::by_key(const CustomerId& customer,
                                                          const IdempotencyKey& key) {
  Run run = database_.run(select_by_key.c_str());
  return one_event(run.bind(customer.text()).bind(key.text()));
}

Result<std::optional<RecordedEvent>> SqliteLedger::find(const EventId& id) {
  const std::lock_guard lock(mutex_);
  Run run = database_.run(select_by_id.c_str());
  return one_event(run.bind(id.text()));
}

Result<std::optional<RecordedEvent>> SqliteLedger::find(const CustomerId& customer,
                                                        const IdempotencyKey& key) {
  const std::lock_guard lock(mutex_);
  return by_key(customer, key);
}

Result<std::vector<RecordedEvent>> SqliteLedger::list(const EventFilter& filter) {
  require(!filter.item || (filter.customer && !filter.state));
  const std::lock_guard lock(mutex_);
  const std::string& page = page_for(filter);
  Run run = database_.run(page.c_str());
  if (filter.customer) run.bind(filter.customer->text());
  if (filter.item) run.bind(filter.item->text());
  if (filter.state && &page != &select_pending_page) run.bind(name(*filter.state));
  run.bind(filter.before_sequence).bind(std::int64_t{filter.limit});
  std::vector<RecordedEvent> rows;
  while (true) {
    Result<std::optional<RecordedEvent>> row = one_event(run);
    if (!row) return failure(std::move(row));
    if (!*row) return rows;
    rows.push_back(std::move(**row));
  }
}

Result<LedgerTotals> SqliteLedger::totals() {
  const std::lock_guard lock(mutex_);
  Run run = database_.run(
      "SELECT count(*) FILTER (WHERE state = 'pending'),"
      "       count(*) FILTER (WHERE state = 'delivered'),"
      "       count(*) FILTER (WHERE state = 'refused'),"
      "       count(*) FILTER (WHERE state = 'final_invoice'),"
      "       count(*) FILTER (WHERE state = 'parked') FROM usage_events");
  if (const Result<bool> row = run.step(); !row) return tl::unexpected(row.error());
  return LedgerTotals{.pending = run.integer(0),
                      .delivered = run.integer(1),
                      .refused = run.integer(2),
                      .final_invoice = run.integer(3),
                      .parked = run.integer(4)};
}

Result<ItemUsage> SqliteLedger::usage(const ItemId& item, Second after) {
  const std::lock_guard lock(mutex_);
  Run sum = database_.run(sum_usage);
  sum.bind(item.text()).bind(to_column(after));
  if (const Result<bool> row = sum.step(); !row) return tl::unexpected(row.error());
  ItemUsage usage{.quantity = sum.integer(0)};
  std::optional<std::int64_t> oldest;
  {
    const std::lock_guard schedule_lock(schedule_mutex_);
    oldest = schedule_.oldest(item);
  }
  if (!oldest) return usage;
  Run count = database_.run(count_pending);
  count.bind(item.text()).bind(*oldest);
  if (const Result<bool> row = count.step(); !row) return tl::unexpected(row.error());
  usage.pending = count.integer(0);
  usage.quantity += count.integer(1);
  return usage;
}

Result<ItemBalance> SqliteLedger::balance(const ItemId& item, Second from, Second boundary) {
  const std::lock_guard lock(mutex_);
  Run sum = database_.run(sum_balance);
  sum.bind(to_column(boundary)).bind(item.text()).bind(to_column(from));
  if (const Result<bool> row = sum.step(); !row) return tl::unexpected(row.error());
  return ItemBalance{.delivered_closed = sum.integer(0),
                     .delivered_open = sum.integer(1),
                     .pending_closed = sum.integer(2)};
}

}  // namespace billing::sqlite
