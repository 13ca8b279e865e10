// SPDX-License-Identifier: Apache-2.0
#include "ledger/sqlite_rows.hpp"

#include <fmt/format.h>

namespace billing::sqlite {

Result<RecordedEvent> event_of(const Run& run) {
  const auto kind = parse_usage_kind(run.text(6));
  const auto state = parse_event_state(run.text(12));
  if (!kind || !state) {
    return failure(ErrorCode::corrupt, fmt::format("event {} has kind `{}` and state `{}`, which "
                                                   "this program doesn't know",
                                                   run.text(1), run.text(6), run.text(12)));
  }
  RecordedEvent row{.sequence = run.integer(0),
                    .event = std::make_shared<const UsageEvent>(
                        UsageEvent{.id = EventId(run.text(1)),
                                   .customer = CustomerId(run.text(2)),
                                   .item = ItemId(run.text(3)),
                                   .key = IdempotencyKey(run.text(4)),
                                   .content_hash = run.text(5),
                                   .kind = *kind,
                                   .quantity = run.integer(7),
                                   .clicked_at = instant_of(run.integer(8)),
                                   .subscription = SubscriptionId(run.text(16)),
                                   .price = PriceId(run.text(17))})};
  if (const auto usage_at = run.optional_integer(9)) row.usage_at = second_of(*usage_at);
  row.attempt = static_cast<int>(run.integer(10));
  if (const auto sent_at = run.optional_integer(11)) row.first_sent_at = instant_of(*sent_at);
  row.state = *state;
  row.reason = run.text(13);
  row.record = UsageRecordId(run.text(14));
  row.api_version = run.text(15);
  row.final_invoice_of = SubscriptionId(run.text(18));
  return row;
}

Result<std::optional<RecordedEvent>> one_event(Run& run) {
  const Result<bool> found = run.step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::optional<RecordedEvent>();
  Result<RecordedEvent> row = event_of(run);
  if (!row) return failure(std::move(row));
  return std::optional<RecordedEvent>(std::move(*row));
}

}  // namespace billing::sqlite
