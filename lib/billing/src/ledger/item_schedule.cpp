// SPDX-License-Identifier: Apache-2.0
#include "ledger/item_schedule.hpp"

namespace billing {
namespace {

/// Until when a turn waits whose end is being written.
constexpr Moment until_released = Moment::max();
/// Of an item that is nobody's.
constexpr std::int64_t no_fence = 0;

}  // namespace

void ItemSchedule::add(const RecordedEvent& row) {
  const ItemId& item = row.event->item;
  const auto [found, is_new] = entries_.try_emplace(item);
  found->second.pending.push(row.sequence);
  if (!is_new) return;
  found->second.front = row;
  ready_.push_back(&*found);
}

void ItemSchedule::restore(const ItemId& item, std::int64_t sequence) {
  const auto [found, is_new] = entries_.try_emplace(item);
  found->second.pending.push(sequence);
  if (is_new) ready_.push_back(&*found);
}

void ItemSchedule::clear() {
  entries_.clear();
  ready_.clear();
  waiting_.clear();
}

std::optional<ItemSchedule::Turn> ItemSchedule::take(Moment now, std::chrono::milliseconds lease) {
  // What is due again queues up behind what was ready before: nobody overtakes, nobody starves.
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    Node* const node = waiting_.begin()->second;
    stop_waiting(node->second);
    ready_.push_back(node);
  }
  if (ready_.empty()) return std::nullopt;
  Node& node = *ready_.front();
  ready_.pop_front();
  Entry& entry = node.second;
  entry.fence = ++fences_;
  entry.leased_until = now + lease;
  wait(node, entry.leased_until);
  return Turn{.item = node.first,
              .fence = entry.fence,
              .sequence = entry.pending.front(),
              .front = entry.front};
}

bool ItemSchedule::hold(const ItemId& item, std::int64_t fence) {
  const auto found = entries_.find(item);
  if (found == entries_.end()) return false;
  Entry& entry = found->second;
  if (entry.fence != fence || !entry.waiting) return false;
  if ((*entry.waiting)->first == until_released) return false;
  wait(*found, until_released);
  return true;
}

void ItemSchedule::release(const ItemId& item) {
  Node& node = *entries_.find(item);
  wait(node, node.second.leased_until);
}

void ItemSchedule::finish(const ItemId& item) {
  const auto found = entries_.find(item);
  Entry& entry = found->second;
  entry.fence = no_fence;
  entry.front.reset();
  stop_waiting(entry);
  entry.pending.pop();
  if (entry.pending.empty()) {
    entries_.erase(found);
  } else {
    ready_.push_back(&*found);
  }
}

void ItemSchedule::defer(const ItemId& item, Moment until) {
  Node& node = *entries_.find(item);
  node.second.fence = no_fence;
  node.second.front.reset();
  wait(node, until);
}

bool ItemSchedule::failing(const ItemId& item) const {
  const auto found = entries_.find(item);
  return found != entries_.end() && found->second.failing;
}

void ItemSchedule::set_failing(const ItemId& item, bool failing) {
  entries_.at(item).failing = failing;
}

std::optional<std::int64_t> ItemSchedule::oldest(const ItemId& item) const {
  const auto found = entries_.find(item);
  if (found == entries_.end()) return std::nullopt;
  return found->second.pending.front();
}

const RecordedEvent* ItemSchedule::front(const ItemId& item) const {
  const auto found = entries_.find(item);
  if (found == entries_.end() || !found->second.front) return nullptr;
  return &*found->second.front;
}

std::optional<Moment> ItemSchedule::next_due() const {
  if (!ready_.empty()) return Moment::min();
  if (!waiting_.empty()) return waiting_.begin()->first;
  return std::nullopt;
}

void ItemSchedule::wait(Node& node, Moment until) {
  stop_waiting(node.second);
  node.second.waiting = waiting_.emplace(until, &node);
}

void ItemSchedule::stop_waiting(Entry& entry) {
  if (!entry.waiting) return;
  waiting_.erase(*entry.waiting);
  entry.waiting.reset();
}

}  // namespace billing
