// SPDX-License-Identifier: Apache-2.0
// The transaction of PostgresLedger: what was recorded and what was settled since the last one,
// with a statement for each kind of thing, however many there are.
#include "ledger/postgres_ledger.hpp"
#include "ledger/postgres_rows.hpp"
#include "ledger/postgres_seconds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace billing::postgres {
namespace {

// In the order of their ids, so that nobody waits in a ring. What is read after this, in a
// statement of its own, is as whoever had the rows before has left it.
constexpr const char* lock_batch_items = R"sql(
  SELECT id, period_start, period_end, floor, fence, coalesce(due_at > now(), false), due_at IS NULL
  FROM items WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE)sql";

// The unique index decides, not a look beforehand: two clicks with one key may be in one batch, or
// with two servers.
constexpr const char* insert_events = R"sql(
  INSERT INTO usage_events
    (id, customer, item, key, content_hash, kind, quantity, clicked_at, usage_at, subscription,
     price)
  SELECT id, customer, item, key, content_hash, kind, quantity, clicked_at, usage_at, subscription,
         price
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
              $8::bigint[], $9::bigint[], $10::text[], $11::text[]) WITH ORDINALITY
    AS given (id, customer, item, key, content_hash, kind, quantity, clicked_at, usage_at,
              subscription, price, position)
  ORDER BY position
  ON CONFLICT (customer, key) DO NOTHING
  RETURNING id, sequence)sql";

const std::string select_by_keys =
    select_events + "WHERE (customer, key) IN (SELECT * FROM unnest($1::text[], $2::text[]))";

constexpr const char* select_ends = R"sql(
  SELECT items.id, ended_at FROM items JOIN subscriptions ON subscriptions.id = subscription
  WHERE items.id = ANY($1::text[]) AND ended_at IS NOT NULL)sql";

// Whether the claims may still say so was decided by their fences. A session that loses its second
// is certainly not at Stripe.
constexpr const char* update_settled = R"sql(
  UPDATE usage_events
  SET state = settled.state, record = settled.record, reason = settled.reason,
      api_version = settled.api_version, attempt = settled.attempt,
      first_sent_at = settled.first_sent_at, usage_at = settled.usage_at,
      may_have_been_sent = may_have_been_sent AND NOT settled.anew
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
              $7::bigint[], $8::bigint[], $9::boolean[])
    AS settled (sequence, state, record, reason, api_version, attempt, first_sent_at, usage_at,
                anew)
  WHERE usage_events.sequence = settled.sequence)sql";

// Until the store learns when it ends, it begins and ends there.
constexpr const char* open_periods = R"sql(
  UPDATE items SET period_start = opened.start, period_end = opened.start
  FROM unnest($1::text[], $2::bigint[]) AS opened (item, start)
  WHERE id = opened.item AND period_start < opened.start)sql";

// What has something pending queues up again behind the others, or waits after a failure.
constexpr const char* update_ended_turns = R"sql(
  UPDATE items
  SET fence = fence + 1, failing = ended.pending,
      due_at = CASE
        WHEN ended.pending THEN now() + ended.pause * interval '1 millisecond'
        WHEN EXISTS (SELECT 1 FROM usage_events
                     WHERE item = items.id AND state = 'pending') THEN now()
      END
  FROM unnest($1::text[], $2::boolean[], $3::bigint[]) AS ended (item, pending, pause)
  WHERE id = ended.item)sql";

constexpr const char* update_begun_turns =
    "UPDATE items SET due_at = now() WHERE id = ANY($1::text[]) AND due_at IS NULL";

/// One run of that transaction.
class Writing {
 public:
  Writing(Work& work, const LedgerWrite& batch, Moment now)
      : work_(work), batch_(batch), now_(now), now_at_stripe_(to_second(batch.now_at_stripe)) {}

  Result<LedgerWritten> run() {
    lock_items();
    if (auto recorded = record(); !recorded) return failure(std::move(recorded));
    settle();
    begin_new_turns();
    return std::move(written_);
  }

 private:
  struct Item {
    LockedItem locked;
    std::int64_t fence = 0;
    bool leased = false;
    bool idle = false;   ///< Nothing of it was pending.
    bool wakes = false;  ///< Something is now.
  };
  /// A settlement whose claim holds.
  struct Held {
    const SettledClaim* settled;
    RecordedEvent row;
  };

  void lock_items();
  Result<void> record();
  Result<void> choose_seconds(std::vector<std::optional<Second>>& seconds);
  void insert(const std::vector<std::optional<Second>>& seconds);
  Result<void> find_repeated(const std::vector<std::size_t>& missing);
  void settle();
  void place_beside_ends(std::vector<Held>& held);
  void store_settled(const std::vector<Held>& held);
  void store_periods(const std::vector<Held>& held);
  void end_turns(const std::vector<Held>& held);
  void begin_new_turns();

  Work& work_;
  const LedgerWrite& batch_;
  const Moment now_;
  const Second now_at_stripe_;
  std::map<std::string, Item> items_;
  LedgerWritten written_;
};

void Writing::lock_items() {
  std::vector<ItemId> ids;
  for (const SharedEvent& event : batch_.events) ids.push_back(event->item);
  for (const SettledClaim& each : batch_.settlements) ids.push_back(each.claim.row.event->item);
  for (const Row& row : work_.run(lock_batch_items, array_of(ids, std::identity()))) {
    Item item{.locked = LockedItem(row, now_at_stripe_),
              .fence = row.integer(4),
              .leased = row.boolean(5),
              .idle = row.boolean(6)};
    items_.emplace(row.text(0), std::move(item));
  }
}

Result<void> Writing::record() {
  if (batch_.events.empty()) return {};
  std::vector<std::optional<Second>> seconds;
  if (auto chosen = choose_seconds(seconds); !chosen) return chosen;
  insert(seconds);
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < written_.appended.size(); ++i) {
    if (written_.appended[i].row.sequence == 0) missing.push_back(i);
  }
  return missing.empty() ? Result<void>() : find_repeated(missing);
}

/// A second that is chosen for an event that turns out to be a repetition stays free.
Result<void> Writing::choose_seconds(std::vector<std::optional<Second>>& seconds) {
  std::map<std::string, LockedItem*> choosing;
  for (const SharedEvent& event : batch_.events) {
    const auto found = items_.find(event->item.text());
    if (found == items_.end()) {
      return failure(
          ErrorCode::not_found,
          fmt::format("subscription item {} is not in the database", event->item.text()));
    }
    if (needs_second(*event)) choosing.emplace(found->first, &found->second.locked);
  }
  std::vector<LockedItem*> items;
  for (const auto& [id, item] : choosing) items.push_back(item);
  read_used_seconds(work_, items);
  for (const SharedEvent& event : batch_.events) {
    std::optional<Second>& second = seconds.emplace_back();
    if (!needs_second(*event)) continue;
    second = choosing.at(event->item.text())->take_second(*event, now_at_stripe_);
  }
  return {};
}

void Writing::insert(const std::vector<std::optional<Second>>& seconds) {
  const auto column = [&](auto part) {
    return array_of(batch_.events, [part](const SharedEvent& event) { return (*event).*part; });
  };
  const auto kind = [](const SharedEvent& event) { return name(event->kind); };
  std::unordered_map<std::string, std::int64_t> sequences;
  for (const Row& row : work_.run(
           insert_events, column(&UsageEvent::id), column(&UsageEvent::customer),
           column(&UsageEvent::item), column(&UsageEvent::key), column(&UsageEvent::content_hash),
           array_of(batch_.events, kind), column(&UsageEvent::quantity),
           column(&UsageEvent::clicked_at), array_of(seconds, std::identity()),
           column(&UsageEvent::subscription), column(&UsageEvent::price))) {
    sequences.emplace(row.text(0), row.integer(1));
  }
  for (std::size_t i = 0; i < batch_.events.size(); ++i) {
    const SharedEvent& event = batch_.events[i];
    Appended& appended = written_.appended.emplace_back();
    // Taken out: the same event may be in the batch twice.
    const auto recorded = sequences.extract(event->id.text());
    if (recorded.empty()) continue;
    appended.row = {.sequence = recorded.mapped(), .event = event, .usage_at = seconds[i]};
    items_.at(event->item.text()).wakes = true;
  }
}

Result<void> Writing::find_repeated(const std::vector<std::size_t>& missing) {
  const auto customer = [&](std::size_t i) { return batch_.events[i]->customer; };
  const auto key = [&](std::size_t i) { return batch_.events[i]->key; };
  Result<std::vector<RecordedEvent>> known = events_of(
      work_.run(select_by_keys.c_str(), array_of(missing, customer), array_of(missing, key)));
  if (!known) return failure(std::move(known));
  for (const std::size_t i : missing) {
    const UsageEvent& event = *batch_.events[i];
    const auto found = std::ranges::find_if(*known, [&](const RecordedEvent& row) {
      return row.event->customer == event.customer && row.event->key == event.key;
    });
    require(found != known->end());
    const bool same = found->event->content_hash == event.content_hash;
    written_.appended[i] = {.outcome = same ? AppendOutcome::repeated : AppendOutcome::conflict,
                            .row = *found};
  }
  return {};
}

void Writing::settle() {
  std::vector<Held> held;
  for (const SettledClaim& each : batch_.settlements) {
    const auto found = items_.find(each.claim.row.event->item.text());
    const bool holds =
        found != items_.end() && found->second.leased && found->second.fence == each.claim.fence;
    if (holds) {
      found->second.leased = false;  // A settlement ends its claim.
      held.push_back({.settled = &each, .row = settled_row(each)});
    }
    written_.settled.emplace_back();
  }
  if (held.empty()) return;
  place_beside_ends(held);
  store_settled(held);
  store_periods(held);
  end_turns(held);
  for (Held& each : held) {
    const auto position = static_cast<std::size_t>(each.settled - batch_.settlements.data());
    written_.settled[position] = std::move(each.row);
  }
}

/// Turns into refusals what is known to have come after its subscription's end. Where the end is
/// learnt later, the store does the same.
void Writing::place_beside_ends(std::vector<Held>& held) {
  std::vector<ItemId> ids;
  for (const Held& each : held) {
    if (each.row.state == EventState::final_invoice) ids.push_back(each.row.event->item);
  }
  if (ids.empty()) return;
  for (const Row& end : work_.run(select_ends, array_of(ids, std::identity()))) {
    for (Held& each : held) {
      const bool too_late = each.row.state == EventState::final_invoice &&
                            each.row.event->item.text() == end.text(0) &&
                            to_second(each.row.event->clicked_at) > end.second(1);
      if (!too_late) continue;
      each.row.state = EventState::refused;
      each.row.reason = clicked_after_end;
    }
  }
}

void Writing::store_settled(const std::vector<Held>& held) {
  const auto column = [&](auto part) {
    return array_of(held, [part](const Held& each) { return each.row.*part; });
  };
  work_.run(
      update_settled, column(&RecordedEvent::sequence),
      array_of(held, [](const Held& each) { return name(each.row.state); }),
      column(&RecordedEvent::record), column(&RecordedEvent::reason),
      column(&RecordedEvent::api_version), column(&RecordedEvent::attempt),
      column(&RecordedEvent::first_sent_at), column(&RecordedEvent::usage_at),
      array_of(held, [](const Held& each) { return each.settled->settlement.choose_second_anew; }));
}

void Writing::store_periods(const std::vector<Held>& held) {
  std::vector<const Held*> openings;
  for (const Held& each : held) {
    if (each.settled->settlement.period_start) openings.push_back(&each);
  }
  if (openings.empty()) return;
  work_.run(
      open_periods, array_of(openings, [](const Held* each) { return each->row.event->item; }),
      array_of(openings, [](const Held* each) { return each->settled->settlement.period_start; }));
}

void Writing::end_turns(const std::vector<Held>& held) {
  const auto item = [](const Held& each) { return each.row.event->item; };
  const auto pending = [](const Held& each) { return each.row.state == EventState::pending; };
  const auto pause = [&](const Held& each) {
    const Moment until = each.settled->settlement.retry_at.value_or(Moment::min());
    return until <= now_ ? std::int64_t{0} : std::int64_t{(until - now_).count()};
  };
  work_.run(update_ended_turns, array_of(held, item), array_of(held, pending),
            array_of(held, pause));
  for (const Held& each : held) items_.at(each.row.event->item.text()).idle = false;
}

void Writing::begin_new_turns() {
  std::vector<std::string> ids;
  for (const auto& [id, item] : items_) {
    if (item.wakes && item.idle) ids.push_back(id);
  }
  if (!ids.empty()) work_.run(update_begun_turns, array_of(ids, std::identity()));
}

}  // namespace

Result<LedgerWritten> PostgresLedger::write(const LedgerWrite& batch) {
  return sessions_.writes.write(
      [&](Work& work) { return Writing(work, batch, clock_.moment()).run(); });
}

}  // namespace billing::postgres
