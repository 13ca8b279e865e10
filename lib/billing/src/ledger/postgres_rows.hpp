// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/ledger.hpp>

#include "ledger/postgres_database.hpp"
#include "ledger/settled_row.hpp"

#include <optional>
#include <string>
#include <vector>

/// How events stand in the tables.
namespace billing::postgres {

/// `event_of` reads the columns in this order.
inline const std::string event_columns =
    "sequence, id, customer, item, key, content_hash, kind, quantity, clicked_at, usage_at,"
    " attempt, first_sent_at, state, reason, record, api_version, subscription, price,"
    " final_invoice_of";
inline constexpr int event_columns_count = 19;
inline const std::string select_events = "SELECT " + event_columns + " FROM usage_events ";

/// `corrupt` for a word this program doesn't know.
Result<RecordedEvent> event_of(const Row& row);
Result<std::vector<RecordedEvent>> events_of(const std::vector<Row>& rows);
/// Of a statement that has one row or none.
Result<std::optional<RecordedEvent>> one_event(const std::vector<Row>& rows);

}  // namespace billing::postgres
