// SPDX-License-Identifier: Apache-2.0
#include <billing/group_commit.hpp>

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <vector>

namespace billing {
namespace {

/// Keeps a commit, and with it everybody's wait, short.
constexpr std::size_t batch_callers_max = 256;

/// How many batches one caller commits, its own the first. To hand over costs the disk the time
/// that a thread takes to wake up; not to would let one caller wait for everybody else.
constexpr int batches_in_a_row_max = 8;

}  // namespace

/// One who waits. Its own mutex, not the group's, is held while it is called, so that those who are
/// called don't queue up for one mutex, nor behind those who come.
struct GroupCommit::Caller {
  const LedgerWrite& write;
  std::optional<Result<LedgerWritten>> outcome = std::nullopt;  ///< Set by who commits for it.
  std::mutex mutex = {};
  std::condition_variable called = {};
  enum class Call { none, lead, done } call = Call::none;

  Call wait() {
    std::unique_lock lock(mutex);
    called.wait(lock, [this] { return call != Call::none; });
    return call;
  }

  /// After `done` the caller may be gone as soon as its mutex is let go.
  void tell(Call what) {
    const std::lock_guard lock(mutex);
    call = what;
    called.notify_one();
  }
};

/// The callers that are committed for at once. However that ends, each of them gets an outcome, and
/// the next in the queue its turn.
class GroupCommit::Batch {
 public:
  /// Those at the front of the queue, which `leader` may be among.
  Batch(GroupCommit& group, Caller& leader) : group_(group), leader_(leader) {
    const std::lock_guard lock(group_.mutex_);
    const auto count = std::min(group_.queue_.size(), batch_callers_max);
    callers_.assign(group_.queue_.begin(),
                    group_.queue_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  ~Batch() {
    if (!callers_.empty()) end(/*last=*/true);
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  void commit() {
    if (callers_.size() == 1) return commit_alone(*callers_.front());
    std::vector<SharedEvent> events;
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

  /// Tells each its outcome. True if more are waiting and whoever calls this has to go on; after
  /// the `last` batch, the next in the queue is told to.
  bool end(bool last) {
    for (Caller* caller : callers_) {
      if (caller->outcome) continue;
      caller->outcome = failure(ErrorCode::outcome_unknown, "the commit was cut off");
    }
    Caller* const next = leave_queue();
    // First, so that the disk is busy again while the others wake up.
    if (last && next != nullptr) next->tell(Caller::Call::lead);
    for (Caller* caller : callers_) {
      if (caller != &leader_) caller->tell(Caller::Call::done);
    }
    callers_.clear();
    return !last && next != nullptr;
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

  /// The one at the front then, who waits to be told; null if nobody does.
  Caller* leave_queue() {
    const std::lock_guard lock(group_.mutex_);
    auto& queue = group_.queue_;
    queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(callers_.size()));
    return queue.empty() ? nullptr : queue.front();
  }

  GroupCommit& group_;
  Caller& leader_;
  std::vector<Caller*> callers_;
};

Result<LedgerWritten> GroupCommit::write(const LedgerWrite& batch) {
  Caller caller{.write = batch};
  if (join_queue(caller) || caller.wait() == Caller::Call::lead) lead(caller);
  return std::move(*caller.outcome);
}

void GroupCommit::lead(Caller& leader) {
  bool more = true;
  for (int batches = 1; more; ++batches) {
    Batch batch(*this, leader);
    batch.commit();
    more = batch.end(batches == batches_in_a_row_max);
  }
}

/// True if nobody else is there, and so nobody commits.
bool GroupCommit::join_queue(Caller& caller) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(&caller);
  return queue_.size() == 1;
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

Result<ItemUsage> GroupCommit::usage(const ItemId& item, Second after) {
  return ledger_.usage(item, after);
}

Result<ItemBalance> GroupCommit::balance(const ItemId& item, Second from, Second boundary) {
  return ledger_.balance(item, from, boundary);
}

Result<void> GroupCommit::restore(const ItemRestoration& restoration) {
  return ledger_.restore(restoration);
}

Result<std::optional<Claim>> GroupCommit::claim(Moment now, Instant now_at_stripe,
                                                std::chrono::milliseconds lease) {
  return ledger_.claim(now, now_at_stripe, lease);
}

Result<std::optional<Moment>> GroupCommit::next_due() {
  return ledger_.next_due();
}

}  // namespace billing
