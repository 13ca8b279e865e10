// SPDX-License-Identifier: Apache-2.0
// The outbox half of SqliteLedger: who may deliver what.
#include "ledger/sqlite_ledger.hpp"
#include "ledger/sqlite_rows.hpp"

namespace billing::sqlite {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* select_pending =
    "SELECT sequence, item FROM usage_events WHERE state = 'pending' ORDER BY sequence";

const std::string select_by_sequence = select_events + "WHERE sequence = ?";

constexpr const char* update_second = "UPDATE usage_events SET usage_at = ? WHERE sequence = ?";

/// After the data file failed, so that it is not asked a million times.
constexpr milliseconds pause_after_trouble(1'000);

/// What goes on an invoice itself needs no second.
bool can_be_sent(const RecordedEvent& row) {
  return row.usage_at || row.event->kind != UsageKind::session;
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
    schedule_.restore(ItemId(run.text(1)), run.integer(0));
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
      turn = schedule_.take(now, lease);
    }
    if (!turn) return std::optional<Claim>();
    const std::int64_t fence = turn->fence;
    if (turn->front && can_be_sent(*turn->front)) {
      return std::optional<Claim>(
          Claim{.row = std::move(*turn->front), .fence = fence, .claimed_at = now_at_stripe});
    }
    Result<std::optional<RecordedEvent>> row = look_up_front(*turn, now, now_at_stripe);
    if (!row) return failure(std::move(row));
    if (*row) {
      return std::optional<Claim>(
          Claim{.row = std::move(**row), .fence = fence, .claimed_at = now_at_stripe});
    }
  }
}

/// The oldest pending event of an item whose turn has begun, with its second on disk. None, and the
/// turn is over, if there is nothing to send just now.
Result<std::optional<RecordedEvent>> SqliteLedger::look_up_front(const ItemSchedule::Turn& turn,
                                                                 Moment now,
                                                                 Instant now_at_stripe) {
  const std::lock_guard lock(mutex_);
  Result<RecordedEvent> row = by_sequence(turn.sequence);
  Result<bool> given = false;
  if (row) given = give_second(*row, to_second(now_at_stripe));
  const std::lock_guard schedule_lock(schedule_mutex_);
  // Over already, if a commit of somebody else's failed meanwhile.
  if (!schedule_.hold(turn.item, turn.fence)) return std::optional<RecordedEvent>();
  if (!row || !given) {
    schedule_.defer(turn.item, now + pause_after_trouble);
    return tl::unexpected(row ? given.error() : row.error());
  }
  if (!*given) {
    // The next second may be free; strictly oldest first, so nothing else of the item goes before.
    const Instant next_second = to_second(now_at_stripe) + seconds(1);
    schedule_.defer(turn.item, now + (next_second - now_at_stripe));
    return std::optional<RecordedEvent>();
  }
  schedule_.release(turn.item);
  return std::optional<RecordedEvent>(std::move(*row));
}

/// False if no second is free yet. The second is on disk before the first send, so that every later
/// send is a `set` on the same one.
Result<bool> SqliteLedger::give_second(RecordedEvent& row, Second now_at_stripe) {
  if (can_be_sent(row)) return true;
  const Result<std::optional<Second>> second = free_second(*row.event, now_at_stripe);
  if (!second) return tl::unexpected(second.error());
  if (!*second) return false;
  Run update = database_.run(update_second);
  update.bind(to_column(**second)).bind(row.sequence);
  // Forgotten first: a failure may have left the second behind.
  seconds_.forget(row.event->item);
  if (auto updated = update.finish(); !updated) return failure(std::move(updated));
  row.usage_at = *second;
  return true;
}

Result<std::optional<Moment>> SqliteLedger::next_due() {
  // Whoever comes for it counts anew, and finds what a commit in doubt may have left.
  if (schedule_in_doubt_) return std::optional<Moment>(Moment::min());
  const std::lock_guard lock(schedule_mutex_);
  return schedule_.next_due();
}

}  // namespace billing::sqlite
