// SPDX-License-Identifier: Apache-2.0
// The outbox half of SqliteLedger: who may deliver what.
#include "ledger/sqlite_ledger.hpp"
#include "ledger/sqlite_rows.hpp"

namespace billing::sqlite {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* select_pending = R"sql(
  SELECT sequence, item, (SELECT period_end FROM items WHERE items.id = usage_events.item)
  FROM usage_events WHERE state = 'pending' ORDER BY sequence)sql";

const std::string select_by_sequence = select_events + "WHERE sequence = ?";

constexpr const char* update_second = "UPDATE usage_events SET usage_at = ? WHERE sequence = ?";

/// After the data file failed, so that it is not asked a million times.
constexpr milliseconds pause_after_trouble(1'000);

/// What goes on an invoice itself needs no second.
bool needs_second(const RecordedEvent& row) {
  return row.event->kind == UsageKind::session;
}

/// Without a look at the rows: its second is on disk, and its period goes on.
bool can_be_sent(const ItemSchedule::Turn& turn, Second now_at_stripe) {
  if (!turn.front) return false;
  if (!needs_second(*turn.front)) return true;
  return turn.front->usage_at && (!turn.period_end || *turn.period_end > now_at_stripe);
}

}  // namespace

Result<void> SqliteLedger::resume() {
  schedule_in_doubt_ = true;
  return recount();
}

/// Derives the schedule from the rows. Whoever has a claim has been overtaken then.
Result<void> SqliteLedger::recount() {
  if (!schedule_in_doubt_) return {};
  const std::scoped_lock lock(mutex_, schedule_mutex_);
  schedule_.clear();
  Run run = database_.run(select_pending);
  while (true) {
    const Result<bool> row = run.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) break;
    schedule_.restore(ItemId(run.text(1)), run.integer(0), second_of(run.integer(2)));
  }
  schedule_in_doubt_ = false;
  return {};
}

Result<RecordedEvent> SqliteLedger::by_sequence(std::int64_t sequence) {
  Run run = database_.run(select_by_sequence.c_str());
  Result<std::optional<RecordedEvent>> row = one_event(run.bind(sequence));
  if (!row) return failure(std::move(row));
  require(row->has_value());  // Rows are never deleted.
  return std::move(**row);
}

Result<Backlog> SqliteLedger::backlog(const ItemId& item) {
  std::int64_t oldest = 0;
  Backlog backlog;
  {
    const std::lock_guard lock(schedule_mutex_);
    const auto sequence = schedule_.oldest(item);
    if (!sequence) return backlog;
    oldest = *sequence;
    backlog.failing = schedule_.failing(item);
    if (const RecordedEvent* front = schedule_.front(item)) {
      backlog.oldest_clicked_at = front->event->clicked_at;
      return backlog;
    }
  }
  const std::lock_guard lock(mutex_);
  const Result<RecordedEvent> row = by_sequence(oldest);
  if (!row) return tl::unexpected(row.error());
  backlog.oldest_clicked_at = row->event->clicked_at;
  return backlog;
}

Result<std::optional<Claim>> SqliteLedger::claim(Moment now, Instant now_at_stripe,
                                                 milliseconds lease) {
  if (auto counted = recount(); !counted) return failure(std::move(counted));
  while (true) {
    std::optional<ItemSchedule::Turn> turn;
    {
      const std::lock_guard lock(schedule_mutex_);
      turn = schedule_.take(now, to_second(now_at_stripe), lease);
    }
    if (!turn) return std::optional<Claim>();
    Claim claim{.row = {},
                .fence = turn->fence,
                .claimed_at = now_at_stripe,
                .may_have_been_sent = turn->may_have_been_sent,
                .period_end = turn->period_end};
    if (can_be_sent(*turn, to_second(now_at_stripe))) {
      claim.row = std::move(*turn->front);
      if (!needs_second(claim.row)) claim.period_end.reset();
      return std::optional<Claim>(std::move(claim));
    }
    const Result<bool> found = look_up_front(*turn, now, claim);
    if (!found) return tl::unexpected(found.error());
    if (*found) return std::optional<Claim>(std::move(claim));
  }
}

/// Completes a claim with the oldest pending event of the item whose turn has begun, its second on
/// disk. False, and the turn is over, if there is nothing to send just now.
Result<bool> SqliteLedger::look_up_front(const ItemSchedule::Turn& turn, Moment now, Claim& claim) {
  const std::lock_guard lock(mutex_);
  Result<RecordedEvent> row = by_sequence(turn.sequence);
  Result<bool> given = false;
  if (row) {
    claim.row = std::move(*row);
    given = give_second(claim);
  }
  const std::lock_guard schedule_lock(schedule_mutex_);
  // Over already, if a commit of somebody else's failed meanwhile.
  if (!schedule_.hold(turn.item, turn.fence)) return false;
  if (!row || !given) {
    schedule_.defer(turn.item, now + pause_after_trouble);
    return tl::unexpected(row ? given.error() : row.error());
  }
  if (!*given) {
    // The next second may be free; strictly oldest first, so nothing else of the item goes before.
    const Instant next_second = to_second(claim.claimed_at) + seconds(1);
    schedule_.defer(turn.item, now + (next_second - claim.claimed_at));
    schedule_.set_unsent(turn.item);
    return false;
  }
  schedule_.release(turn.item);
  schedule_.forget_front(turn.item);
  return true;
}

/// False if no second is free yet. The second is on disk before the first send, so that every later
/// send is a `set` on the same one. One whose period has ended is kept only if it may be at Stripe.
Result<bool> SqliteLedger::give_second(Claim& claim) {
  RecordedEvent& row = claim.row;
  if (!needs_second(row)) {
    claim.period_end.reset();
    return true;
  }
  const Second now_at_stripe = to_second(claim.claimed_at);
  const Result<ItemSeconds*> seconds = seconds_of(row.event->item, now_at_stripe);
  if (!seconds) return tl::unexpected(seconds.error());
  const ItemSeconds known = **seconds;
  if (row.usage_at) {
    claim.period_end = known.end_of(*row.usage_at, now_at_stripe);
    if (claim.may_have_been_sent || !claim.is_in_doubt()) return true;
  }
  const Result<std::optional<Second>> second = free_second(*row.event, now_at_stripe);
  if (!second) return tl::unexpected(second.error());
  if (!*second) return false;
  Run update = database_.run(update_second);
  update.bind(to_column(**second)).bind(row.sequence);
  // Forgotten first: a failure may have left the second behind.
  seconds_.forget(row.event->item);
  if (auto updated = update.finish(); !updated) return failure(std::move(updated));
  row.usage_at = *second;
  claim.period_end = known.end_of(**second, now_at_stripe);
  return true;
}

Result<std::optional<Moment>> SqliteLedger::next_due() {
  // Whoever comes for it counts anew, and finds what a commit in doubt may have left.
  if (schedule_in_doubt_) return std::optional<Moment>(Moment::min());
  const std::lock_guard lock(schedule_mutex_);
  return schedule_.next_due();
}

}  // namespace billing::sqlite
