// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ids.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>

namespace billing {

/// Which items have something to deliver, when, and who has the right to: the part of the outbox
/// that is derived from the rows and kept in memory. Not thread-safe.
class ItemSchedule {
 public:
  /// Something of that item is pending. Changes nothing if that was known.
  void add(const ItemId& item);

  /// The item whose turn it is; leased from then on, under a fence that only grows.
  struct Turn {
    ItemId item;
    std::int64_t fence = 0;
  };
  std::optional<Turn> take(Instant now, std::chrono::milliseconds lease);

  /// Whether that turn is still the item's last one.
  bool holds(const ItemId& item, std::int64_t fence) const;

  /// Ends a turn: the item queues up again behind the others, …
  void requeue(const ItemId& item);
  /// … or waits, …
  void defer(const ItemId& item, Instant until);
  /// … or has nothing left.
  void remove(const ItemId& item);

  /// Whether the item's last turn ended in a wait because a send failed.
  bool failing(const ItemId& item) const;
  void set_failing(const ItemId& item, bool failing);

  /// When `take` may have something; the beginning of time if it has now.
  std::optional<Instant> next_due() const;

 private:
  struct Entry {
    std::int64_t fence = 0;
    bool failing = false;
    std::optional<std::multimap<Instant, ItemId>::iterator> waiting = std::nullopt;
  };
  void wait(const ItemId& item, Entry& entry, Instant until);
  void stop_waiting(Entry& entry);

  std::unordered_map<ItemId, Entry> entries_;
  std::deque<ItemId> ready_;
  std::multimap<Instant, ItemId>
      waiting_;  ///< Deferred ones and leased ones, by when they are due.
  std::int64_t fences_ = 0;
};

}  // namespace billing
