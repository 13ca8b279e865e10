// SPDX-License-Identifier: Apache-2.0
// The outbox half of SqliteLedger: who may deliver what.
#include "ledger/sqlite_ledger.hpp"
#include "ledger/sqlite_rows.hpp"

namespace billing::sqlite {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* select_pending_counts = R"sql(
  SELECT item, count(*) FROM usage_events WHERE state = 'pending'
  GROUP BY item ORDER BY min(sequence))sql";

const std::string select_oldest_pending =
    select_events + "WHERE item = ? AND state = 'pending' ORDER BY sequence LIMIT 1";

constexpr const char* update_second = "UPDATE usage_events SET usage_at = ? WHERE sequence = ?";

/// After the data file failed, so that it is not asked a million times.
constexpr milliseconds pause_after_trouble(1'000);

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
  Run run = database_.run(select_pending_counts);
  while (true) {
    const Result<bool> row = run.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) break;
    schedule_.restore(ItemId(run.text(0)), run.integer(1));
  }
  schedule_in_doubt_ = false;
  return {};
}

Result<std::optional<RecordedEvent>> SqliteLedger::oldest_pending(const ItemId& item) {
  Run run = database_.run(select_oldest_pending.c_str());
  return one_event(run.bind(item.text()));
}

Result<Backlog> SqliteLedger::backlog(const ItemId& item) {
  bool failing = false;
  {
    const std::lock_guard lock(schedule_mutex_);
    if (schedule_.pending(item) == 0) return Backlog{};
    failing = schedule_.failing(item);
    if (const RecordedEvent* front = schedule_.front(item)) {
      return Backlog{.oldest_clicked_at = front->event.clicked_at, .failing = failing};
    }
  }
  const std::lock_guard lock(mutex_);
  Result<std::optional<RecordedEvent>> oldest = oldest_pending(item);
  if (!oldest) return failure(std::move(oldest));
  if (!*oldest) return Backlog{};
  return Backlog{.oldest_clicked_at = (*oldest)->event.clicked_at, .failing = failing};
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
    if (turn->front && turn->front->usage_at) {
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
  Result<std::optional<RecordedEvent>> oldest = oldest_pending(turn.item);
  Result<bool> given = false;
  if (oldest && *oldest) given = give_second(**oldest, to_second(now_at_stripe));
  const std::lock_guard schedule_lock(schedule_mutex_);
  // Over already, if a commit of somebody else's failed meanwhile.
  if (!schedule_.hold(turn.item, turn.fence)) return std::optional<RecordedEvent>();
  if (!oldest || !given) {
    schedule_.defer(turn.item, now + pause_after_trouble);
    return oldest ? tl::unexpected(given.error()) : tl::unexpected(oldest.error());
  }
  if (!*oldest) {
    schedule_.finish(turn.item);
  } else if (!*given) {
    // The next second may be free; strictly oldest first, so nothing else of the item goes before.
    const Instant next_second = to_second(now_at_stripe) + seconds(1);
    schedule_.defer(turn.item, now + (next_second - now_at_stripe));
    oldest->reset();
  } else {
    schedule_.release(turn.item);
  }
  return oldest;
}

/// False if no second is free yet. The second is on disk before the first send, so that every later
/// send is a `set` on the same one.
Result<bool> SqliteLedger::give_second(RecordedEvent& row, Second now_at_stripe) {
  if (row.usage_at) return true;
  const Result<std::optional<Second>> second = free_second(row.event, now_at_stripe);
  if (!second) return tl::unexpected(second.error());
  if (!*second) return false;
  Run update = database_.run(update_second);
  update.bind(to_column(**second)).bind(row.sequence);
  if (auto updated = update.finish(); !updated) return failure(std::move(updated));
  row.usage_at = *second;
  return true;
}

Result<std::optional<Moment>> SqliteLedger::next_due() {
  const std::lock_guard lock(schedule_mutex_);
  return schedule_.next_due();
}

}  // namespace billing::sqlite
