// SPDX-License-Identifier: Apache-2.0
#include "server/settlement_board.hpp"

namespace billing::apps {

SettlementBoard::Place::Place(SettlementBoard& board, const EventId& event) : board_(board) {
  const std::lock_guard lock(board_.mutex_);
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

bool SettlementBoard::has_room() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size() < places_;
}

void SettlementBoard::call(const RecordedEvent& row) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = waiting_.equal_range(row.event.id);
  for (auto each = first; each != last; ++each) {
    each->second->row_ = row;
    each->second->called_.notify_one();
  }
}

}  // namespace billing::apps
