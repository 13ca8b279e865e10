// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/ledger.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace billing::apps {

/// Where handlers wait for their clicks to be settled, as many as there is room for, and delivery
/// threads call out the events that are. Thread-safe.
class SettlementBoard {
 public:
  explicit SettlementBoard(std::size_t places) : places_(places) {}

  /// How many calls there have been. Noted before an event is read, so that a place taken after
  /// that misses no call in between.
  std::uint64_t calls() const;

  /// A handler's place. It hears what was called out since `calls` too, as far back as the board
  /// remembers.
  class Place {
   public:
    Place(SettlementBoard& board, const EventId& event, std::uint64_t calls);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    /// False if there were more calls since than the board remembers: the event may have been
    /// among them.
    bool missed_none() const { return missed_none_; }
    /// The row that was called out, or none if the time ran out.
    std::optional<RecordedEvent> wait_for(std::chrono::milliseconds time);

   private:
    friend class SettlementBoard;
    SettlementBoard& board_;
    std::unordered_multimap<EventId, Place*>::iterator entry_;
    std::condition_variable called_;
    std::optional<RecordedEvent> row_;
    bool missed_none_ = true;
  };

  /// Whether another handler may wait. Only a hint, since others come and go.
  bool has_room() const;
  void call(const RecordedEvent& row);

 private:
  /// A few milliseconds of them at full load; between an append and its place there are about as
  /// many as share a commit.
  static constexpr std::size_t remembered_max = 256;

  const std::size_t places_;
  mutable std::mutex mutex_;
  std::uint64_t calls_ = 0;
  std::deque<RecordedEvent> remembered_;  ///< The last ones called out, the newest at the end.
  std::unordered_multimap<EventId, Place*> waiting_;
};

}  // namespace billing::apps
