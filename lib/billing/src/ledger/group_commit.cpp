// SPDX-License-Identifier: Apache-2.0
#include <billing/group_commit.hpp>

#include <algorithm>

namespace billing {
namespace {

/// Keeps a commit, and with it everybody's wait, short.
constexpr std::size_t batch_callers_max = 256;

}  // namespace

struct GroupCommit::Caller {
  const LedgerWrite& write;
  std::optional<Result<LedgerWritten>> outcome = std::nullopt;
  std::condition_variable called = {};
};

/// The callers that one of them commits for. However that ends, each of them gets an outcome, and
/// the next in the queue its turn.
class GroupCommit::Batch {
 public:
  /// `lock` is held here, and let go until `~Batch`.
  Batch(GroupCommit& group, std::unique_lock<std::mutex>& lock) : group_(group), lock_(lock) {
    const auto count = std::min(group_.queue_.size(), batch_callers_max);
    callers_.assign(group_.queue_.begin(),
                    group_.queue_.begin() + static_cast<std::ptrdiff_t>(count));
    lock_.unlock();
  }

  ~Batch() {
    lock_.lock();
    for (Caller* caller : callers_) {
      group_.queue_.pop_front();
      if (!caller->outcome) {
        caller->outcome = failure(ErrorCode::outcome_unknown, "the commit was cut off");
      }
      caller->called.notify_one();
    }
    if (!group_.queue_.empty()) group_.queue_.front()->called.notify_one();
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  void commit() {
    if (callers_.size() == 1) return commit_alone(*callers_.front());
    std::vector<UsageEvent> events;
    std::vector<SettledClaim> settlements;
    Instant now_at_stripe = Instant::min();
    for (const Caller* caller : callers_) {
      const LedgerWrite& each = caller->write;
      events.insert(events.end(), each.events.begin(), each.events.end());
      settlements.insert(settlements.end(), each.settlements.begin(), each.settlements.end());
      if (!each.events.empty()) now_at_stripe = std::max(now_at_stripe, each.now_at_stripe);
    }
    Result<LedgerWritten> written = group_.ledger_.write(
        {.events = events, .now_at_stripe = now_at_stripe, .settlements = settlements});
    if (written) return share(std::move(*written));
    if (written.error().code == ErrorCode::outcome_unknown) {
      for (Caller* caller : callers_) caller->outcome = tl::unexpected(written.error());
      return;
    }
    // Nothing was written, for the sake of one of them perhaps: each gets an answer of its own.
    for (Caller* caller : callers_) commit_alone(*caller);
  }

 private:
  void commit_alone(Caller& caller) { caller.outcome = group_.ledger_.write(caller.write); }

  void share(LedgerWritten written) {
    auto appended = std::make_move_iterator(written.appended.begin());
    auto settled = std::make_move_iterator(written.settled.begin());
    for (Caller* caller : callers_) {
      const auto events = static_cast<std::ptrdiff_t>(caller->write.events.size());
      const auto settlements = static_cast<std::ptrdiff_t>(caller->write.settlements.size());
      caller->outcome = LedgerWritten{.appended = {appended, appended + events},
                                      .settled = {settled, settled + settlements}};
      appended += events;
      settled += settlements;
    }
  }

  GroupCommit& group_;
  std::unique_lock<std::mutex>& lock_;
  std::vector<Caller*> callers_;
};

Result<LedgerWritten> GroupCommit::write(const LedgerWrite& batch) {
  Caller caller{.write = batch};
  std::unique_lock lock(mutex_);
  queue_.push_back(&caller);
  caller.called.wait(lock, [&] { return caller.outcome || queue_.front() == &caller; });
  if (!caller.outcome) {
    Batch shared(*this, lock);
    shared.commit();
  }
  return std::move(*caller.outcome);
}

std::size_t GroupCommit::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

Result<std::optional<RecordedEvent>> GroupCommit::find(const EventId& id) {
  return ledger_.find(id);
}

Result<std::optional<RecordedEvent>> GroupCommit::find(const CustomerId& customer,
                                                       const IdempotencyKey& key) {
  return ledger_.find(customer, key);
}

Result<std::vector<RecordedEvent>> GroupCommit::list(const EventFilter& filter) {
  return ledger_.list(filter);
}

Result<LedgerTotals> GroupCommit::totals() {
  return ledger_.totals();
}

Result<Backlog> GroupCommit::backlog(const ItemId& item) {
  return ledger_.backlog(item);
}

Result<std::optional<Claim>> GroupCommit::claim(Moment now, Instant now_at_stripe,
                                                std::chrono::milliseconds lease) {
  return ledger_.claim(now, now_at_stripe, lease);
}

Result<std::optional<Moment>> GroupCommit::next_due() {
  return ledger_.next_due();
}

}  // namespace billing
