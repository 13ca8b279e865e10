// SPDX-License-Identifier: Apache-2.0
#include "server/delivery_threads.hpp"

#include <algorithm>

namespace billing::apps {
namespace {

/// The longest sleep: what a jump of the wall clock can cost.
constexpr std::chrono::milliseconds sleep_max(1'000);
/// After the ledger failed, so that a full disk is not asked a million times.
constexpr std::chrono::milliseconds pause_after_trouble(500);

}  // namespace

DeliveryThreads::DeliveryThreads(Delivery& delivery, SettlementBoard& board, const Clock& clock,
                                 Observer& observer)
    : delivery_(delivery), board_(board), clock_(clock), observer_(observer) {}

DeliveryThreads::~DeliveryThreads() {
  stop();
}

void DeliveryThreads::start(std::size_t threads) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || !threads_.empty()) return;
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

void DeliveryThreads::ring() {
  const std::lock_guard lock(mutex_);
  ++rings_;
  bell_.notify_one();
}

void DeliveryThreads::stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    bell_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
}

void DeliveryThreads::work() {
  while (true) {
    std::uint64_t rings_seen = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      rings_seen = rings_;
    }
    if (!step()) sleep(rings_seen);
  }
}

/// False if there was nothing to do.
bool DeliveryThreads::step() {
  const Result<std::optional<Claim>> claim = delivery_.claim();
  if (claim && !*claim) return false;
  if (claim) {
    const Settlement settlement = delivery_.send(**claim);
    const Result<bool> settled = delivery_.settle(**claim, settlement);
    if (settled) {
      if (settlement.state != EventState::pending) board_.call((*claim)->row.event.id);
      return true;
    }
    observer_.observe(
        {.severity = Severity::error,
         .what = "settle_failed",
         .facts = {{"event", (*claim)->row.event.id.text()}, {"error", settled.error().message}}});
  } else {
    observer_.observe({.severity = Severity::error,
                       .what = "claim_failed",
                       .facts = {{"error", claim.error().message}}});
  }
  std::unique_lock lock(mutex_);
  bell_.wait_for(lock, pause_after_trouble, [this] { return stopping_; });
  return true;
}

void DeliveryThreads::sleep(std::uint64_t rings_seen) {
  const Result<std::optional<Instant>> due = delivery_.next_due();
  std::chrono::milliseconds time = sleep_max;
  if (due && *due) {
    // Never less than a moment: what is due may be leased by another thread just now.
    const auto until_due =
        **due == Instant::min() ? std::chrono::milliseconds(1) : **due - clock_.now();
    time =
        std::clamp<std::chrono::milliseconds>(until_due, std::chrono::milliseconds(1), sleep_max);
  }
  std::unique_lock lock(mutex_);
  bell_.wait_for(lock, time, [&] { return stopping_ || rings_ != rings_seen; });
}

}  // namespace billing::apps
