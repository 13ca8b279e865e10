// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ids.hpp>
#include <billing/ledger.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <queue>
#include <unordered_map>

namespace billing {

/// Which items have something to deliver, when, and who has the right to: the part of the outbox
/// that is derived from the rows and kept in memory. Not thread-safe.
class ItemSchedule {
 public:
  /// An event was recorded, whose second is good until `period_end`. Of an item that had nothing
  /// pending it is the front.
  void add(const RecordedEvent& row, std::optional<Second> period_end);
  /// An event is pending, as the rows say; restored in the ledger's order. It may have been sent.
  void restore(const ItemId& item, std::int64_t sequence, Second period_end);
  /// Forgets everything but the fences, for a new `restore`.
  void clear();

  /// The item whose turn it is; leased from then on, under a fence that only grows.
  struct Turn {
    ItemId item;
    std::int64_t fence = 0;
    std::int64_t sequence = 0;           ///< Of the item's oldest pending event.
    std::optional<RecordedEvent> front;  ///< That event, where it is kept.
    std::optional<Second> period_end;    ///< As known when the item had its last event.
    bool may_have_been_sent = false;     ///< That event, in an earlier turn or an earlier life.
  };
  /// Items whose period ends within the hour come first.
  std::optional<Turn> take(Moment now, Second now_at_stripe, std::chrono::milliseconds lease);

  /// Keeps a turn from running out while its end is being written, until `finish`, `defer` or
  /// `release`. False if it is over (it was ended, its lease ran out, another has begun), and if it
  /// is held already.
  bool hold(const ItemId& item, std::int64_t fence);
  /// Lets the lease of a turn that was held run again.
  void release(const ItemId& item);

  /// Ends a turn whose event is pending no more: the item queues up again behind the others, or
  /// goes if that was its last.
  void finish(const ItemId& item);
  /// Ends a turn whose event stays pending: the item waits.
  void defer(const ItemId& item, Moment until);
  /// The item's oldest event has changed on disk.
  void forget_front(const ItemId& item);
  /// The item's oldest event is certainly not at Stripe.
  void set_unsent(const ItemId& item);

  /// Of one item: whether its last turn ended in a wait because a send failed, …
  bool failing(const ItemId& item) const;
  void set_failing(const ItemId& item, bool failing);
  /// … the sequence of its oldest pending event, if any is, …
  std::optional<std::int64_t> oldest(const ItemId& item) const;
  /// … and that event, null where it is not kept.
  const RecordedEvent* front(const ItemId& item) const;

  /// When `take` may have something; the beginning of time if it has now.
  std::optional<Moment> next_due() const;

 private:
  struct Entry;
  using Entries = std::unordered_map<ItemId, Entry>;
  using Node = Entries::value_type;  ///< Stays where it is while others come and go.
  struct Entry {
    std::int64_t fence = 0;
    std::queue<std::int64_t, std::list<std::int64_t>> pending = {};
    bool failing = false;
    bool tried = false;  ///< The oldest had a turn.
    std::optional<RecordedEvent> front = std::nullopt;
    std::optional<Second> period_end = std::nullopt;
    Moment leased_until = {};
    std::optional<std::multimap<Moment, Node*>::iterator> waiting = std::nullopt;
  };
  void queue_up(Node& node);
  void wait(Node& node, Moment until);
  void stop_waiting(Entry& entry);

  Entries entries_;
  std::deque<Node*> ready_;
  std::deque<Node*> hurried_;  ///< Ready, too, and their periods end soon.
  Second now_at_stripe_ = {};
  std::int64_t last_restored_ = 0;
  std::multimap<Moment, Node*> waiting_;  ///< Deferred ones and leased ones, by when they are due.
  std::int64_t fences_ = 0;
};

}  // namespace billing
