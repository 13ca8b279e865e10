// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/delivery.hpp>
#include <billing/observer.hpp>

#include "server/settlement_board.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace billing::apps {

/// The threads that take delivery's steps: claim, send, settle, and sleep until there is more.
class DeliveryThreads {
 public:
  /// All referred to must outlive it.
  DeliveryThreads(Delivery& delivery, SettlementBoard& board, const Clock& clock,
                  Observer& observer);
  ~DeliveryThreads();

  void start(std::size_t threads);
  /// Something new is pending. Cheap, and harmless before `start`.
  void ring();
  /// Lets sends that are under way finish and be settled.
  void stop();

 private:
  void work();
  bool step();
  bool pause_after_failure(std::string_view what, const Error& error);
  void sleep(std::uint64_t rings_seen);

  Delivery& delivery_;
  SettlementBoard& board_;
  const Clock& clock_;
  Observer& observer_;
  std::mutex mutex_;
  std::condition_variable bell_;
  std::uint64_t rings_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace billing::apps
