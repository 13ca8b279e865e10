// SPDX-License-Identifier: Apache-2.0
#include <billing/group_commit.hpp>

#include <algorithm>

namespace billing {
namespace {

/// Keeps a commit, and with it everybody's wait, short.
constexpr std::size_t batch_callers_max = 256;

}  // namespace

struct GroupCommit::Caller {
  std::span<const UsageEvent> events;
  Instant now_at_stripe;
  std::optional<Result<std::vector<Appended>>> outcome = std::nullopt;
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
    Instant now_at_stripe = Instant::min();
    for (const Caller* caller : callers_) {
      events.insert(events.end(), caller->events.begin(), caller->events.end());
      now_at_stripe = std::max(now_at_stripe, caller->now_at_stripe);
    }
    Result<std::vector<Appended>> appended = group_.ledger_.append(events, now_at_stripe);
    if (appended) return share(std::move(*appended));
    if (appended.error().code == ErrorCode::outcome_unknown) {
      for (Caller* caller : callers_) caller->outcome = tl::unexpected(appended.error());
      return;
    }
    // Nothing was written, for the sake of one of them perhaps: each gets an answer of its own.
    for (Caller* caller : callers_) commit_alone(*caller);
  }

 private:
  void commit_alone(Caller& caller) {
    caller.outcome = group_.ledger_.append(caller.events, caller.now_at_stripe);
  }

  void share(std::vector<Appended> appended) {
    auto next = std::make_move_iterator(appended.begin());
    for (Caller* caller : callers_) {
      const auto count = static_cast<std::ptrdiff_t>(caller->events.size());
      caller->outcome = std::vector<Appended>(next, next + count);
      next += count;
    }
  }

  GroupCommit& group_;
  std::unique_lock<std::mutex>& lock_;
  std::vector<Caller*> callers_;
};

Result<std::vector<Appended>> GroupCommit::append(std::span<const UsageEvent> events,
                                                  Instant now_at_stripe) {
  Caller caller{.events = events, .now_at_stripe = now_at_stripe};
  std::unique_lock lock(mutex_);
  queue_.push_back(&caller);
  caller.called.wait(lock, [&] { return caller.outcome || queue_.front() == &caller; });
  if (!caller.outcome) {
    Batch batch(*this, lock);
    batch.commit();
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

Result<std::optional<Claim>> GroupCommit::claim(Instant now, Instant now_at_stripe,
                                                std::chrono::milliseconds lease) {
  return ledger_.claim(now, now_at_stripe, lease);
}

Result<bool> GroupCommit::settle(const Claim& claim, const Settlement& settlement) {
  return ledger_.settle(claim, settlement);
}

Result<std::optional<Instant>> GroupCommit::next_due() {
  return ledger_.next_due();
}

}  // namespace billing
