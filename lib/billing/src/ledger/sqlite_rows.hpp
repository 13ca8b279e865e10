// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ledger.hpp>

#include "ledger/settled_row.hpp"
#include "ledger/sqlite_database.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// How instants and events stand in the tables.
namespace billing::sqlite {

inline std::int64_t to_column(Instant instant) {
  return instant.time_since_epoch().count();
}
inline std::int64_t to_column(Second second) {
  return second.time_since_epoch().count();
}
inline std::optional<std::int64_t> to_column(std::optional<Second> second) {
  if (!second) return std::nullopt;
  return to_column(*second);
}

inline Instant instant_of(std::int64_t column) {
  return Instant(std::chrono::milliseconds(column));
}
inline Second second_of(std::int64_t column) {
  return Second(std::chrono::seconds(column));
}

inline std::optional<Second> optional_second(const Run& run, int column) {
  const auto value = run.optional_integer(column);
  if (!value) return std::nullopt;
  return second_of(*value);
}

/// Begins every query for events; `event_of` reads the columns in this order.
inline const std::string select_events =
    "SELECT sequence, id, customer, item, key, content_hash, kind, quantity, clicked_at, usage_at,"
    " attempt, first_sent_at, state, reason, record, api_version, subscription, price,"
    " final_invoice_of FROM usage_events ";

/// `corrupt` for a word this program doesn't know.
Result<RecordedEvent> event_of(const Run& run);

/// The event of a statement that has one or none.
Result<std::optional<RecordedEvent>> one_event(Run& run);

}  // namespace billing::sqlite
