// SPDX-License-Identifier: Apache-2.0
#include "event_log.hpp"

namespace sandbox {

Event& EventLog::add(Event event) {
  Event& added = events_.emplace_back(std::move(event));
  numbers_.emplace(added.id, forgotten_ + events_.size() - 1);
  return added;
}

void EventLog::forget_before(std::int64_t recorded) {
  while (!events_.empty() && events_.front().recorded < recorded &&
         events_.front().pending_webhooks == 0) {
    numbers_.erase(events_.front().id);
    events_.pop_front();
    ++forgotten_;
  }
}

std::optional<std::size_t> EventLog::position(const std::string& id) const {
  const auto found = numbers_.find(id);
  return found == numbers_.end() ? std::nullopt : std::optional(found->second - forgotten_);
}

const Event* EventLog::find(const std::string& id) const {
  const auto at = position(id);
  return at ? &events_[*at] : nullptr;
}

Event* EventLog::find(const std::string& id) {
  const auto at = position(id);
  return at ? &events_[*at] : nullptr;
}

}  // namespace sandbox
