// SPDX-License-Identifier: Apache-2.0
#include "ledger/item_schedule.hpp"

namespace billing {

void ItemSchedule::add(const ItemId& item) {
  if (entries_.try_emplace(item).second) ready_.push_back(item);
}

std::optional<ItemSchedule::Turn> ItemSchedule::take(Instant now, std::chrono::milliseconds lease) {
  // What is due again queues up behind what was ready before: nobody overtakes, nobody starves.
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    const ItemId item = waiting_.begin()->second;
    stop_waiting(entries_.at(item));
    ready_.push_back(item);
  }
  if (ready_.empty()) return std::nullopt;
  const ItemId item = ready_.front();
  ready_.pop_front();
  Entry& entry = entries_.at(item);
  entry.fence = ++fences_;
  wait(item, entry, now + lease);
  return Turn{.item = item, .fence = entry.fence};
}

bool ItemSchedule::holds(const ItemId& item, std::int64_t fence) const {
  const auto found = entries_.find(item);
  return found != entries_.end() && found->second.fence == fence;
}

void ItemSchedule::requeue(const ItemId& item) {
  Entry& entry = entries_.at(item);
  if (!entry.waiting) return;  // Its lease ran out in the meantime: it is queued already.
  stop_waiting(entry);
  ready_.push_back(item);
}

void ItemSchedule::defer(const ItemId& item, Instant until) {
  Entry& entry = entries_.at(item);
  if (!entry.waiting) return;
  wait(item, entry, until);
}

void ItemSchedule::remove(const ItemId& item) {
  const auto found = entries_.find(item);
  if (found == entries_.end()) return;
  if (!found->second.waiting) return;
  stop_waiting(found->second);
  entries_.erase(found);
}

bool ItemSchedule::failing(const ItemId& item) const {
  const auto found = entries_.find(item);
  return found != entries_.end() && found->second.failing;
}

void ItemSchedule::set_failing(const ItemId& item, bool failing) {
  entries_.at(item).failing = failing;
}

std::optional<Instant> ItemSchedule::next_due() const {
  if (!ready_.empty()) return Instant::min();
  if (!waiting_.empty()) return waiting_.begin()->first;
  return std::nullopt;
}

void ItemSchedule::wait(const ItemId& item, Entry& entry, Instant until) {
  stop_waiting(entry);
  entry.waiting = waiting_.emplace(until, item);
}

void ItemSchedule::stop_waiting(Entry& entry) {
  if (!entry.waiting) return;
  waiting_.erase(*entry.waiting);
  entry.waiting.reset();
}

}  // namespace billing
