// SPDX-License-Identifier: Apache-2.0
#include "ledger/postgres_rows.hpp"

#include <fmt/format.h>

namespace billing::postgres {

Result<RecordedEvent> event_of(const Row& row) {
  const auto kind = parse_usage_kind(row.text(6));
  const auto state = parse_event_state(row.text(12));
  if (!kind || !state) {
    return failure(ErrorCode::corrupt, fmt::format("event {} has kind `{}` and state `{}`, which "
                                                   "this program doesn't know",
                                                   row.text(1), row.text(6), row.text(12)));
  }
  RecordedEvent event{.sequence = row.integer(0),
                      .event = std::make_shared<const UsageEvent>(
                          UsageEvent{.id = EventId(row.text(1)),
                                     .customer = CustomerId(row.text(2)),
                                     .item = ItemId(row.text(3)),
                                     .key = IdempotencyKey(row.text(4)),
                                     .content_hash = row.text(5),
                                     .kind = *kind,
                                     .quantity = row.integer(7),
                                     .clicked_at = row.instant(8),
                                     .subscription = SubscriptionId(row.text(16)),
                                     .price = PriceId(row.text(17))})};
  event.usage_at = row.optional_second(9);
  event.attempt = static_cast<int>(row.integer(10));
  if (!row.null(11)) event.first_sent_at = row.instant(11);
  event.state = *state;
  event.reason = row.text(13);
  event.record = UsageRecordId(row.text(14));
  event.api_version = row.text(15);
  event.final_invoice_of = SubscriptionId(row.text(18));
  return event;
}

Result<std::vector<RecordedEvent>> events_of(const std::vector<Row>& rows) {
  std::vector<RecordedEvent> events;
  events.reserve(rows.size());
  for (const Row& row : rows) {
    Result<RecordedEvent> event = event_of(row);
    if (!event) return failure(std::move(event));
    events.push_back(std::move(*event));
  }
  return events;
}

Result<std::optional<RecordedEvent>> one_event(const std::vector<Row>& rows) {
  if (rows.empty()) return std::optional<RecordedEvent>();
  Result<RecordedEvent> event = event_of(rows.front());
  if (!event) return failure(std::move(event));
  return std::optional<RecordedEvent>(std::move(*event));
}

}  // namespace billing::postgres
