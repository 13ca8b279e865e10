// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/delivery.hpp>
#include <billing/observer.hpp>

#include "server/settlement_board.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace billing::apps {

/// A thread that stores what became of claims, all that has gathered meanwhile at once, and calls
/// it out on the board: a send never waits for the disk.
///
/// What can't be stored is tried again one by one, until it is or the claim has been overtaken. If
/// the process ends before that, the event is sent once more.
class Settler {
 public:
  /// All referred to must outlive it. `on_settled` is called after each commit, on its thread.
  Settler(Delivery& delivery, SettlementBoard& board, Observer& observer,
          std::function<void()> on_settled);
  ~Settler();
  Settler(const Settler&) = delete;
  Settler& operator=(const Settler&) = delete;

  void start();
  void add(SettledClaim settled);
  /// What was added and isn't settled yet.
  std::size_t waiting() const { return waiting_; }
  /// Stores what has been added, if the disk lets it.
  void stop();

 private:
  using Batch = std::vector<SettledClaim>;

  void work();
  Batch gather();
  void store_gathered(Batch batch);
  void store_failed();
  bool store(std::span<const SettledClaim> settled);

  Delivery& delivery_;
  SettlementBoard& board_;
  Observer& observer_;
  std::function<void()> on_settled_;
  std::atomic<std::size_t> waiting_{0};
  std::deque<SettledClaim> failed_;  ///< The thread's own.

  std::mutex mutex_;
  std::condition_variable added_;
  Batch gathering_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace billing::apps
