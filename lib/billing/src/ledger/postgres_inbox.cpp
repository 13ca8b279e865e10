// SPDX-License-Identifier: Apache-2.0
#include "ledger/postgres_inbox.hpp"

#include <fmt/format.h>

namespace billing::postgres {
namespace {

const std::string select_webhooks =
    "SELECT sequence, id, type, object_id, customer, created, received_at, origin, state, reason"
    " FROM webhook_events ";
const std::string select_webhook = select_webhooks + "WHERE id = $1";
const std::string select_webhooks_to_do =
    select_webhooks + "WHERE state = 'received' ORDER BY sequence LIMIT $1";
const std::string select_webhook_page = select_webhooks + "ORDER BY sequence DESC LIMIT $1";
const std::string select_webhook_state_page =
    select_webhooks + "WHERE state = $2 ORDER BY sequence DESC LIMIT $1";

constexpr const char* insert_webhook = R"sql(
  INSERT INTO webhook_events (id, type, object_id, customer, created, received_at, origin)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (id) DO NOTHING)sql";
constexpr const char* finish_webhook =
    "UPDATE webhook_events SET state = 'done', reason = '' WHERE id = $1";
constexpr const char* note_webhook = "UPDATE webhook_events SET reason = $2 WHERE id = $1";
constexpr const char* reopen_webhook =
    "UPDATE webhook_events SET state = 'received', reason = '' WHERE id = $1 RETURNING 1";

InboxRow webhook_of(const Row& row) {
  return {.sequence = row.integer(0),
          .event = {.id = WebhookEventId(row.text(1)),
                    .type = row.text(2),
                    .object_id = row.text(3),
                    .customer = CustomerId(row.text(4)),
                    .created = row.second(5)},
          .received_at = row.instant(6),
          .origin =
              row.text(7) == name(WebhookOrigin::gap) ? WebhookOrigin::gap : WebhookOrigin::webhook,
          .state =
              row.text(8) == name(WebhookState::done) ? WebhookState::done : WebhookState::received,
          .reason = row.text(9)};
}

std::optional<InboxRow> webhook_by_id(Work& work, const WebhookEventId& id) {
  const std::optional<Row> row = work.run_for_one(select_webhook.c_str(), id);
  return row ? std::optional(webhook_of(*row)) : std::nullopt;
}

std::vector<InboxRow> webhooks_of(const std::vector<Row>& rows) {
  std::vector<InboxRow> webhooks;
  webhooks.reserve(rows.size());
  for (const Row& row : rows) webhooks.push_back(webhook_of(row));
  return webhooks;
}

}  // namespace

Result<InboxRow> PostgresInbox::keep(const WebhookEvent& event, WebhookOrigin origin, Instant now) {
  return session_.write([&](Work& work) -> Result<InboxRow> {
    work.run(insert_webhook, event.id, event.type, event.object_id, event.customer, event.created,
             now, name(origin));
    std::optional<InboxRow> row = webhook_by_id(work, event.id);
    require(row.has_value());
    return std::move(*row);
  });
}

Result<std::optional<InboxRow>> PostgresInbox::find(const WebhookEventId& id) {
  return session_.read(
      [&](Work& work) -> Result<std::optional<InboxRow>> { return webhook_by_id(work, id); });
}

Result<void> PostgresInbox::finish(const WebhookEventId& id) {
  return session_.write([&](Work& work) -> Result<void> {
    work.run(finish_webhook, id);
    return {};
  });
}

Result<void> PostgresInbox::note(const WebhookEventId& id, const std::string& reason) {
  return session_.write([&](Work& work) -> Result<void> {
    work.run(note_webhook, id, reason);
    return {};
  });
}

Result<void> PostgresInbox::reopen(const WebhookEventId& id) {
  return session_.write([&](Work& work) -> Result<void> {
    if (work.run_for_one(reopen_webhook, id)) return {};
    return failure(ErrorCode::not_found,
                   fmt::format("event {} has not arrived here: see billing webhooks list, or let "
                               "billing webhooks gaps look for it",
                               id.text()));
  });
}

Result<std::vector<InboxRow>> PostgresInbox::to_do(int limit) {
  return session_.read([&](Work& work) -> Result<std::vector<InboxRow>> {
    return webhooks_of(work.run(select_webhooks_to_do.c_str(), limit));
  });
}

Result<std::vector<InboxRow>> PostgresInbox::list(const InboxFilter& filter) {
  return session_.read([&](Work& work) -> Result<std::vector<InboxRow>> {
    if (!filter.state) return webhooks_of(work.run(select_webhook_page.c_str(), filter.limit));
    return webhooks_of(
        work.run(select_webhook_state_page.c_str(), filter.limit, name(*filter.state)));
  });
}

}  // namespace billing::postgres
