// SPDX-License-Identifier: Apache-2.0
// The outbox half of SqliteLedger: who may deliver what, and what became of it.
#include "ledger/sqlite_ledger.hpp"
#include "ledger/sqlite_rows.hpp"

namespace billing::sqlite {
namespace {

const std::string select_oldest_pending =
    select_events + "WHERE item = ? AND state = 'pending' ORDER BY sequence LIMIT 1";

constexpr const char* update_second = "UPDATE usage_events SET usage_at = ? WHERE sequence = ?";

constexpr const char* update_settled = R"sql(
  UPDATE usage_events
  SET state = ?, record = ?, reason = ?, api_version = ?, attempt = attempt + ?,
      first_sent_at = coalesce(first_sent_at, ?)
  WHERE sequence = ? AND state = 'pending')sql";

}  // namespace

Result<std::optional<RecordedEvent>> SqliteLedger::oldest_pending(const ItemId& item) {
  Run run = database_.run(select_oldest_pending.c_str());
  return one_event(run.bind(item.text()));
}

Result<Backlog> SqliteLedger::backlog(const ItemId& item) {
  const std::lock_guard lock(mutex_);
  Result<std::optional<RecordedEvent>> oldest = oldest_pending(item);
  if (!oldest) return failure(std::move(oldest));
  if (!*oldest) return Backlog{};
  return Backlog{.oldest_clicked_at = (*oldest)->event.clicked_at,
                 .failing = schedule_.failing(item)};
}

Result<std::optional<Claim>> SqliteLedger::claim(Instant now, Instant now_at_stripe,
                                                 std::chrono::milliseconds lease) {
  const std::lock_guard lock(mutex_);
  while (const auto turn = schedule_.take(now, lease)) {
    Result<std::optional<RecordedEvent>> oldest = oldest_pending(turn->item);
    if (!oldest) return failure(std::move(oldest));
    if (!*oldest) {
      schedule_.remove(turn->item);
      continue;
    }
    const Result<bool> given = give_second(**oldest, to_second(now_at_stripe));
    if (!given) return tl::unexpected(given.error());
    if (!*given) {
      // The next second may be free; strictly oldest first, so nothing else of the item goes
      // before.
      schedule_.defer(turn->item, to_second(now) + std::chrono::seconds(1));
      continue;
    }
    return std::optional<Claim>(
        Claim{.row = std::move(**oldest), .fence = turn->fence, .claimed_at = now});
  }
  return std::optional<Claim>();
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

Result<bool> SqliteLedger::settle(const Claim& claim, const Settlement& settlement) {
  const std::lock_guard lock(mutex_);
  const ItemId& item = claim.row.event.item;
  if (!schedule_.holds(item, claim.fence)) return false;
  Run update = database_.run(update_settled);
  update.bind(name(settlement.state)).bind(settlement.record.text()).bind(settlement.reason);
  update.bind(settlement.api_version).bind(std::int64_t{settlement.raise_attempt});
  update.bind(to_column(claim.claimed_at)).bind(claim.row.sequence);
  if (auto updated = update.finish(); !updated) return failure(std::move(updated));
  const bool again = settlement.state == EventState::pending;
  schedule_.set_failing(item, again);
  if (again && settlement.retry_at) {
    schedule_.defer(item, *settlement.retry_at);
  } else {
    schedule_.requeue(item);
  }
  return true;
}

Result<std::optional<Instant>> SqliteLedger::next_due() {
  const std::lock_guard lock(mutex_);
  return schedule_.next_due();
}

}  // namespace billing::sqlite
