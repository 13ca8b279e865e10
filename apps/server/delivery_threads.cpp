// SPDX-License-Identifier: Apache-2.0
#include "server/delivery_threads.hpp"

#include <algorithm>

namespace billing::apps {
namespace {

/// The longest sleep.
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
  if (!claim) {
    pause_after_failure("claim_failed", claim.error());
    return true;
  }
  if (!*claim) return false;
  const Settlement settlement = delivery_.send(**claim);
  while (true) {
    const Result<std::optional<RecordedEvent>> settled = delivery_.settle(**claim, settlement);
    if (settled) {
      // Of one that stays pending, too: its next try is too far off to be waited for.
      if (*settled) board_.call(**settled);
      return true;
    }
    // The same settlement may be stored again, until the claim is overtaken. If the process ends
    // before that, the event is sent once more.
    if (!pause_after_failure("settle_failed", settled.error())) return true;
  }
}

/// False if it is time to stop.
bool DeliveryThreads::pause_after_failure(std::string_view what, const Error& error) {
  observer_.observe(
      {.severity = Severity::error, .what = what, .facts = {{"error", error.message}}});
  std::unique_lock lock(mutex_);
  return !bell_.wait_for(lock, pause_after_trouble, [this] { return stopping_; });
}

void DeliveryThreads::sleep(std::uint64_t rings_seen) {
  const Result<std::optional<Moment>> due = delivery_.next_due();
  std::chrono::milliseconds time = sleep_max;
  if (due && *due) {
    // Never less than a moment: what is due may be leased by another thread just now.
    const auto until_due =
        **due == Moment::min() ? std::chrono::milliseconds(1) : **due - clock_.moment();
    time =
        std::clamp<std::chrono::milliseconds>(until_due, std::chrono::milliseconds(1), sleep_max);
  }
  std::unique_lock lock(mutex_);
  bell_.wait_for(lock, time, [&] { return stopping_ || rings_ != rings_seen; });
}

}  // namespace billing::apps
