// SPDX-License-Identifier: Apache-2.0
#include "server/settler.hpp"

#include <algorithm>
#include <iterator>

namespace billing::apps {
namespace {

/// Between two tries at what the ledger didn't take.
constexpr std::chrono::milliseconds pause_between_tries(500);
/// In one commit, which clicks wait for, too.
constexpr std::size_t batch_max = 512;

}  // namespace

Settler::Settler(Delivery& delivery, SettlementBoard& board, Observer& observer,
                 std::function<void()> on_settled)
    : delivery_(delivery), board_(board), observer_(observer), on_settled_(std::move(on_settled)) {}

Settler::~Settler() {
  stop();
}

void Settler::start() {
  const std::lock_guard lock(mutex_);
  if (stopping_ || thread_.joinable()) return;
  thread_ = std::thread([this] { work(); });
}

void Settler::add(SettledClaim settled) {
  ++waiting_;
  const std::lock_guard lock(mutex_);
  gathering_.push_back(std::move(settled));
  // Of the others the thread is told by the first, or it is at work and looks again.
  if (gathering_.size() == 1) added_.notify_one();
}

void Settler::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    added_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Settler::work() {
  auto try_again_at = std::chrono::steady_clock::now();
  while (true) {
    Batch batch;
    bool last = false;
    {
      std::unique_lock lock(mutex_);
      const auto ready = [this] { return stopping_ || !gathering_.empty(); };
      if (failed_.empty()) {
        added_.wait(lock, ready);
      } else {
        added_.wait_until(lock, try_again_at, ready);
      }
      batch.swap(gathering_);
      last = stopping_;
    }
    store_gathered(std::move(batch));
    const auto now = std::chrono::steady_clock::now();
    if (!failed_.empty() && (last || now >= try_again_at)) {
      store_failed();
      try_again_at = now + pause_between_tries;
    }
    if (last) return;
  }
}

void Settler::store_gathered(Batch batch) {
  for (std::size_t begin = 0; begin < batch.size(); begin += batch_max) {
    const std::size_t count = std::min(batch_max, batch.size() - begin);
    const std::span<SettledClaim> part(batch.data() + begin, count);
    if (store(part)) continue;
    std::move(part.begin(), part.end(), std::back_inserter(failed_));
  }
}

/// One by one, so that none of them holds up the others. The first that fails again goes behind
/// them, and the rest waits.
void Settler::store_failed() {
  while (!failed_.empty()) {
    SettledClaim first = std::move(failed_.front());
    failed_.pop_front();
    if (store({&first, 1})) continue;
    failed_.push_back(std::move(first));
    return;
  }
}

bool Settler::store(std::span<const SettledClaim> settled) {
  const auto rows = delivery_.settle(settled);
  if (!rows) {
    observer_.observe({.severity = Severity::error,
                       .what = "settle_failed",
                       .facts = {{"error", rows.error().message}}});
    return false;
  }
  waiting_ -= settled.size();
  for (const std::optional<RecordedEvent>& row : *rows) {
    // Of one that stays pending, too: its next try is too far off to be waited for.
    if (row) board_.call(*row);
  }
  on_settled_();
  return true;
}

}  // namespace billing::apps
