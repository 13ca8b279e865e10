// SPDX-License-Identifier: Apache-2.0
// The outbox half of PostgresLedger: who may deliver what.
#include "ledger/postgres_ledger.hpp"
#include "ledger/postgres_rows.hpp"
#include "ledger/postgres_seconds.hpp"

namespace billing::postgres {
namespace {

// What somebody else is at is skipped. Items whose period ends within the hour come first; of those
// that are due at the same time, the one that has had fewer turns.
constexpr const char* take_turn = R"sql(
  UPDATE items SET fence = fence + 1, due_at = now() + $1::bigint * interval '1 millisecond'
  WHERE id = coalesce(
    (SELECT id FROM items
     WHERE due_at <= now() AND period_end > $2::bigint AND period_end <= $2::bigint + 3600
     ORDER BY due_at, fence, id LIMIT 1 FOR UPDATE SKIP LOCKED),
    (SELECT id FROM items
     WHERE due_at <= now()
     ORDER BY due_at, fence, id LIMIT 1 FOR UPDATE SKIP LOCKED))
  RETURNING id, period_start, period_end, floor, fence)sql";
constexpr const char* put_off =
    "UPDATE items SET due_at = now() + $2::bigint * interval '1 millisecond' WHERE id = $1";
constexpr const char* nothing_pending = "UPDATE items SET due_at = NULL WHERE id = $1";

const std::string select_front = "SELECT " + event_columns +
                                 ", may_have_been_sent FROM usage_events"
                                 " WHERE item = $1 AND state = 'pending' ORDER BY sequence LIMIT 1";
constexpr const char* hand_out =
    "UPDATE usage_events SET usage_at = $2, may_have_been_sent = true WHERE sequence = $1";

constexpr const char* select_next_due =
    "SELECT ceil(extract(epoch FROM min(due_at) - now()) * 1000)::bigint FROM items";

/// False if no second is free yet. One whose period has ended is kept only if it may be at Stripe.
bool give_second(Work& work, LockedItem& item, Claim& claim) {
  RecordedEvent& row = claim.row;
  const Second now = to_second(claim.claimed_at);
  if (row.usage_at) {
    claim.period_end = item.seconds.end_of(*row.usage_at, now);
    if (claim.may_have_been_sent || !claim.is_in_doubt()) return true;
  }
  read_used_seconds(work, {&item});
  const std::optional<Second> second = item.take_second(*row.event, now);
  if (!second) return false;
  row.usage_at = second;
  claim.period_end = item.seconds.end_of(*second, now);
  return true;
}

/// What there is to send of an item whose turn has begun, its second on disk. None, and the turn is
/// over, if there is nothing just now.
Result<std::optional<Claim>> claim_front(Work& work, const Row& turn, Instant now_at_stripe) {
  LockedItem item(turn, to_second(now_at_stripe));
  const std::optional<Row> front = work.run_for_one(select_front.c_str(), item.id);
  if (!front) {
    work.run(nothing_pending, item.id);
    return std::nullopt;
  }
  Result<RecordedEvent> event = event_of(*front);
  if (!event) return failure(std::move(event));
  Claim claim{.row = std::move(*event),
              .fence = turn.integer(4),
              .claimed_at = now_at_stripe,
              .may_have_been_sent = front->boolean(event_columns_count)};
  if (needs_second(*claim.row.event) && !give_second(work, item, claim)) {
    // The next second may be free; strictly oldest first, so nothing else of the item goes before.
    const std::chrono::milliseconds pause =
        to_second(now_at_stripe) + std::chrono::seconds(1) - now_at_stripe;
    work.run(put_off, item.id, pause.count());
    return std::nullopt;
  }
  work.run(hand_out, claim.row.sequence, claim.row.usage_at);
  return claim;
}

}  // namespace

Result<std::optional<Claim>> PostgresLedger::claim(Moment /*now*/, Instant now_at_stripe,
                                                   std::chrono::milliseconds lease) {
  return sessions_.turns.write([&](Work& work) -> Result<std::optional<Claim>> {
    while (const std::optional<Row> turn =
               work.run_for_one(take_turn, lease.count(), to_second(now_at_stripe))) {
      Result<std::optional<Claim>> claim = claim_front(work, *turn, now_at_stripe);
      if (!claim || *claim) return claim;
    }
    return std::nullopt;
  });
}

Result<std::optional<Moment>> PostgresLedger::next_due() {
  return sessions_.turns.read([&](Work& work) -> Result<std::optional<Moment>> {
    const std::optional<Row> row = work.run_for_one(select_next_due);
    require(row.has_value());
    if (row->null(0)) return std::nullopt;
    const std::chrono::milliseconds rest(row->integer(0));
    if (rest <= std::chrono::milliseconds(0)) return Moment::min();
    return clock_.moment() + rest;
  });
}

}  // namespace billing::postgres
