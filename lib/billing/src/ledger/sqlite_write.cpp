// SPDX-License-Identifier: Apache-2.0
// The transaction of SqliteLedger: what was recorded and what was settled since the last one.
#include "ledger/sqlite_ledger.hpp"
#include "ledger/sqlite_rows.hpp"

namespace billing::sqlite {
namespace {

// Whether the claim may still say so was decided by its fence.
constexpr const char* update_settled = R"sql(
  UPDATE usage_events
  SET state = ?, record = ?, reason = ?, api_version = ?, attempt = ?, first_sent_at = ?
  WHERE sequence = ?)sql";

constexpr const char* clear_second = "UPDATE usage_events SET usage_at = NULL WHERE sequence = ?";

// Until the store learns when it ends, it begins and ends there.
constexpr const char* update_period = R"sql(
  UPDATE items SET period_start = ?1, period_end = ?1 WHERE id = ?2 AND period_start < ?1)sql";

constexpr const char* select_end = R"sql(
  SELECT ended_at FROM subscriptions
  WHERE id = (SELECT subscription FROM items WHERE id = ?))sql";

}  // namespace

/// The turns that a write is about to end: none of them runs out in between, and if the write fails
/// they are as they were.
class SqliteLedger::HeldTurns {
 public:
  explicit HeldTurns(SqliteLedger& ledger) : ledger_(ledger) {}
  HeldTurns(const HeldTurns&) = delete;
  HeldTurns& operator=(const HeldTurns&) = delete;
  ~HeldTurns() {
    const std::lock_guard lock(ledger_.schedule_mutex_);
    for (const SettledClaim* each : held_) {
      ledger_.schedule_.release(each->claim.row.event->item);
    }
  }

  bool hold(const SettledClaim& settled) {
    const std::lock_guard lock(ledger_.schedule_mutex_);
    const Claim& claim = settled.claim;
    if (!ledger_.schedule_.hold(claim.row.event->item, claim.fence)) return false;
    held_.push_back(&settled);
    return true;
  }

  /// After the commit. The schedule's mutex is held.
  void end() {
    ItemSchedule& schedule = ledger_.schedule_;
    for (const SettledClaim* each : held_) {
      const ItemId& item = each->claim.row.event->item;
      const bool pending = each->settlement.state == EventState::pending;
      schedule.set_failing(item, pending);
      if (each->settlement.choose_second_anew) schedule.set_unsent(item);
      if (pending) {
        schedule.defer(item, each->settlement.retry_at.value_or(Moment::min()));
      } else {
        schedule.finish(item);
      }
    }
    held_.clear();
  }

 private:
  SqliteLedger& ledger_;
  std::vector<const SettledClaim*> held_;
};

Result<LedgerWritten> SqliteLedger::write(const LedgerWrite& batch) {
  const std::lock_guard lock(mutex_);
  HeldTurns held(*this);
  LedgerWritten written;
  if (auto done = write_all(batch, held, written); !done) {
    if (done.error().code == ErrorCode::outcome_unknown) schedule_in_doubt_ = true;
    seconds_.forget_all();
    return failure(std::move(done));
  }
  const std::lock_guard schedule_lock(schedule_mutex_);
  for (const Appended& each : written.appended) {
    if (each.outcome != AppendOutcome::recorded) continue;
    const ItemSeconds* known = seconds_.find(each.row.event->item);
    schedule_.add(each.row, known == nullptr ? std::nullopt : std::optional(known->period_end));
  }
  held.end();
  return written;
}

Result<void> SqliteLedger::write_all(const LedgerWrite& batch, HeldTurns& held,
                                     LedgerWritten& written) {
  Result<Transaction> transaction = Transaction::begin(database_);
  if (!transaction) return failure(std::move(transaction));
  written.appended.reserve(batch.events.size());
  for (const SharedEvent& event : batch.events) {
    Result<Appended> one = append_one(event, to_second(batch.now_at_stripe));
    if (!one) return failure(std::move(one));
    written.appended.push_back(std::move(*one));
  }
  written.settled.reserve(batch.settlements.size());
  for (const SettledClaim& each : batch.settlements) {
    if (!held.hold(each)) {
      written.settled.emplace_back();
      continue;
    }
    Result<RecordedEvent> one = settle_one(each);
    if (!one) return failure(std::move(one));
    written.settled.emplace_back(std::move(*one));
  }
  return transaction->commit();
}

/// Turns it into a refusal if it is known to have come after its subscription's end. Where the end
/// is learnt later, the store does the same.
Result<void> SqliteLedger::place_beside_end(RecordedEvent& row) {
  Run end = database_.run(select_end);
  const Result<bool> found = end.bind_borrowed(row.event->item.text()).step();
  if (!found) return tl::unexpected(found.error());
  const auto ended_at = *found ? end.optional_integer(0) : std::nullopt;
  if (!ended_at || to_second(row.event->clicked_at) <= second_of(*ended_at)) return {};
  row.state = EventState::refused;
  row.reason = clicked_after_end;
  return {};
}

Result<RecordedEvent> SqliteLedger::settle_one(const SettledClaim& settled) {
  RecordedEvent row = settled_row(settled);
  if (row.state == EventState::final_invoice) {
    if (auto placed = place_beside_end(row); !placed) return failure(std::move(placed));
  }
  Run update = database_.run(update_settled);
  update.bind_borrowed(name(row.state)).bind_borrowed(row.record.text());
  update.bind_borrowed(row.reason).bind_borrowed(row.api_version);
  update.bind(std::int64_t{row.attempt}).bind(to_column(*row.first_sent_at)).bind(row.sequence);
  if (auto updated = update.finish(); !updated) return failure(std::move(updated));
  if (settled.settlement.choose_second_anew) {
    Run clear = database_.run(clear_second);
    if (auto cleared = clear.bind(row.sequence).finish(); !cleared) {
      return failure(std::move(cleared));
    }
  }
  if (settled.settlement.period_start) {
    auto opened = open_period(row.event->item, *settled.settlement.period_start);
    if (!opened) return failure(std::move(opened));
  }
  return row;
}

Result<void> SqliteLedger::open_period(const ItemId& item, Second start) {
  seconds_.forget(item);
  Run update = database_.run(update_period);
  return update.bind(to_column(start)).bind(item.text()).finish();
}

}  // namespace billing::sqlite
