// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/ledger.hpp>

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

    /// The row that was called out, or none if the time ran out.
    std::optional<RecordedEvent> wait_for(std::chrono::milliseconds time);

   private:
    friend class SettlementBoard;
    SettlementBoard& board_;
    std::unordered_multimap<EventId, Place*>::iterator entry_;
    std::condition_variable called_;
    std::optional<RecordedEvent> row_;
  };

  /// Whether another handler may wait. Only a hint, since others come and go.
  bool has_room() const;
  void call(const RecordedEvent& row);

 private:
  const std::size_t places_;
  mutable std::mutex mutex_;
  std::unordered_multimap<EventId, Place*> waiting_;
};

}  // namespace billing::apps
