// SPDX-License-Identifier: Apache-2.0
#include <billing/ledger.hpp>

namespace billing {

std::string_view name(EventState state) {
  switch (state) {
    case EventState::pending: return "pending";
    case EventState::delivered: return "delivered";
    case EventState::refused: return "refused";
  }
  return "pending";
}

std::optional<EventState> parse_event_state(std::string_view text) {
  if (text == "pending") return EventState::pending;
  if (text == "delivered") return EventState::delivered;
  if (text == "refused") return EventState::refused;
  return std::nullopt;
}

}  // namespace billing
