// SPDX-License-Identifier: Apache-2.0
#include "ledger/item_schedule.hpp"

#include <algorithm>
#include <utility>

namespace billing {
namespace {

/// Until when a turn waits whose end is being written.
constexpr Moment until_released = Moment::max();
/// Of an item that is nobody's.
constexpr std::int64_t no_fence = 0;
/// How long before the end of its period an item no longer waits for others.
constexpr std::chrono::hours hurry(1);

}  // namespace

void ItemSchedule::add(const RecordedEvent& row, std::optional<Second> period_end) {
  const ItemId& item = row.event->item;
  const auto [found, is_new] = entries_.try_emplace(item);
  found->second.pending.push(row.sequence);
  found->second.period_end = period_end;
  if (!is_new) return;
  found->second.front = row;
  queue_up(*found);
}

void ItemSchedule::restore(const ItemId& item, std::int64_t sequence, Second period_end) {
  const auto [found, is_new] = entries_.try_emplace(item);
  found->second.pending.push(sequence);
  found->second.period_end = period_end;
  last_restored_ = std::max(last_restored_, sequence);
  if (is_new) queue_up(*found);
}

void ItemSchedule::clear() {
  entries_.clear();
  ready_.clear();
  hurried_.clear();
  waiting_.clear();
}

std::optional<ItemSchedule::Turn> ItemSchedule::take(Moment now, Second now_at_stripe,
                                                     std::chrono::milliseconds lease) {
  now_at_stripe_ = now_at_stripe;
  // What is due again queues up behind what was ready before: nobody overtakes, nobody starves.
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    Node* const node = waiting_.begin()->second;
    stop_waiting(node->second);
    queue_up(*node);
  }
  std::deque<Node*>& queue = hurried_.empty() ? ready_ : hurried_;
  if (queue.empty()) return std::nullopt;
  Node& node = *queue.front();
  queue.pop_front();
  Entry& entry = node.second;
  entry.fence = ++fences_;
  entry.leased_until = now + lease;
  wait(node, entry.leased_until);
  const bool tried = std::exchange(entry.tried, true);
  return Turn{.item = node.first,
              .fence = entry.fence,
              .sequence = entry.pending.front(),
              .front = entry.front,
              .period_end = entry.period_end,
              .may_have_been_sent = tried || entry.pending.front() <= last_restored_};
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
  entry.tried = false;
  stop_waiting(entry);
  entry.pending.pop();
  if (entry.pending.empty()) {
    entries_.erase(found);
  } else {
    queue_up(*found);
  }
}

void ItemSchedule::defer(const ItemId& item, Moment until) {
  Node& node = *entries_.find(item);
  node.second.fence = no_fence;
  node.second.front.reset();
  wait(node, until);
}

void ItemSchedule::forget_front(const ItemId& item) {
  entries_.at(item).front.reset();
}

void ItemSchedule::set_unsent(const ItemId& item) {
  entries_.at(item).tried = false;
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
  if (!ready_.empty() || !hurried_.empty()) return Moment::min();
  if (!waiting_.empty()) return waiting_.begin()->first;
  return std::nullopt;
}

void ItemSchedule::queue_up(Node& node) {
  const std::optional<Second> end = node.second.period_end;
  const bool ends_soon = end && *end > now_at_stripe_ && *end - now_at_stripe_ <= hurry;
  (ends_soon ? hurried_ : ready_).push_back(&node);
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
