// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/ids.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace billing::apps {

/// Where handlers wait for their clicks to be settled, as many as there is room for, and delivery
/// threads call out the events that are. Thread-safe.
class SettlementBoard {
 public:
  explicit SettlementBoard(std::size_t places) : places_(places) {}

  /// A handler's place. Taken before it looks whether the event is settled already, so that no call
  /// is missed in between.
  class Place {
   public:
    Place(SettlementBoard& board, const EventId& event);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    /// True if the event was called out; false if the time ran out.
    bool wait_for(std::chrono::milliseconds time);

   private:
    friend class SettlementBoard;
    SettlementBoard& board_;
    std::unordered_multimap<EventId, Place*>::iterator entry_;
    std::condition_variable called_;
    bool is_called_ = false;
  };

  /// Whether another handler may wait. Only a hint, since others come and go.
  bool has_room() const;
  void call(const EventId& event);

 private:
  const std::size_t places_;
  mutable std::mutex mutex_;
  std::unordered_multimap<EventId, Place*> waiting_;
};

}  // namespace billing::apps
