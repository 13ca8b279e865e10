// SPDX-License-Identifier: Apache-2.0
#include "server/settlement_board.hpp"

#include <algorithm>

namespace billing::apps {

SettlementBoard::Place::Place(SettlementBoard& board, const EventId& event, std::uint64_t calls)
    : board_(board) {
  const std::lock_guard lock(board_.mutex_);
  const std::uint64_t since = board_.calls_ - calls;
  missed_none_ = since <= board_.remembered_.size();
  const auto& remembered = board_.remembered_;
  const auto heard = static_cast<std::ptrdiff_t>(std::min(since, std::uint64_t{remembered.size()}));
  for (auto each = remembered.rbegin(); each != remembered.rbegin() + heard; ++each) {
    if (each->event->id != event) continue;
    row_ = *each;
    break;
  }
  entry_ = board_.waiting_.emplace(event, this);
}

SettlementBoard::Place::~Place() {
  const std::lock_guard lock(board_.mutex_);
  board_.waiting_.erase(entry_);
}

std::optional<RecordedEvent> SettlementBoard::Place::wait_for(std::chrono::milliseconds time) {
  std::unique_lock lock(board_.mutex_);
  called_.wait_for(lock, time, [this] { return row_.has_value(); });
  return std::move(row_);
}

std::uint64_t SettlementBoard::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

bool SettlementBoard::has_room() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() < places_;
}

void SettlementBoard::call(const RecordedEvent& row) {
  const std::lock_guard lock(mutex_);
  ++calls_;
  if (remembered_.size() == remembered_max) remembered_.pop_front();
  remembered_.push_back(row);
  const auto [first, last] = waiting_.equal_range(row.event->id);
  for (auto each = first; each != last; ++each) {
    each->second->row_ = row;
    each->second->called_.notify_one();
  }
}

}  // namespace billing::apps
