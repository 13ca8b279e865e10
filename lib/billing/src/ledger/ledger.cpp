// SPDX-License-Identifier: Apache-2.0
#include <billing/ledger.hpp>

namespace billing {

Result<std::vector<Appended>> Ledger::append(std::span<const SharedEvent> events,
                                             Instant now_at_stripe) {
  Result<LedgerWritten> written = write({.events = events, .now_at_stripe = now_at_stripe});
  if (!written) return failure(std::move(written));
  return std::move(written->appended);
}

Result<Appended> Ledger::append(const SharedEvent& event, Instant now_at_stripe) {
  Result<std::vector<Appended>> appended = append({&event, 1}, now_at_stripe);
  if (!appended) return failure(std::move(appended));
  return std::move(appended->front());
}

Result<std::optional<RecordedEvent>> Ledger::settle(const Claim& claim,
                                                    const Settlement& settlement) {
  const SettledClaim settled{.claim = claim, .settlement = settlement};
  Result<LedgerWritten> written = write({.settlements = {&settled, 1}});
  if (!written) return failure(std::move(written));
  return std::move(written->settled.front());
}

std::string_view name(EventState state) {
  switch (state) {
    case EventState::pending: return "pending";
    case EventState::delivered: return "delivered";
    case EventState::refused: return "refused";
    case EventState::final_invoice: return "final_invoice";
    case EventState::parked: return "parked";
  }
  return "pending";
}

std::optional<EventState> parse_event_state(std::string_view text) {
  for (const EventState state : {EventState::pending, EventState::delivered, EventState::refused,
                                 EventState::final_invoice, EventState::parked}) {
    if (name(state) == text) return state;
  }
  return std::nullopt;
}

}  // namespace billing
