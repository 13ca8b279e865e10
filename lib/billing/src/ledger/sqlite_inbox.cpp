// SPDX-License-Identifier: Apache-2.0
#include "ledger/sqlite_inbox.hpp"

#include "ledger/sqlite_rows.hpp"

#include <fmt/format.h>

namespace billing::sqlite {
namespace {

const std::string select_webhooks =
    "SELECT sequence, id, type, object_id, customer, created, received_at, origin, state, reason"
    " FROM webhook_events ";
const std::string select_webhook = select_webhooks + "WHERE id = ?";
// The index serves only a condition that is its own, word for word.
const std::string select_webhooks_to_do =
    select_webhooks + "WHERE state = 'received' ORDER BY sequence LIMIT ?";
const std::string select_webhook_page = select_webhooks + "ORDER BY sequence DESC LIMIT ?";
const std::string select_webhook_state_page =
    select_webhooks + "WHERE state = ? ORDER BY sequence DESC LIMIT ?";

constexpr const char* insert_webhook = R"sql(
  INSERT INTO webhook_events (id, type, object_id, customer, created, received_at, origin)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO NOTHING)sql";

InboxRow webhook_of(const Run& run) {
  return {.sequence = run.integer(0),
          .event = {.id = WebhookEventId(run.text(1)),
                    .type = run.text(2),
                    .object_id = run.text(3),
                    .customer = CustomerId(run.text(4)),
                    .created = second_of(run.integer(5))},
          .received_at = instant_of(run.integer(6)),
          .origin =
              run.text(7) == name(WebhookOrigin::gap) ? WebhookOrigin::gap : WebhookOrigin::webhook,
          .state =
              run.text(8) == name(WebhookState::done) ? WebhookState::done : WebhookState::received,
          .reason = run.text(9)};
}

Result<std::vector<InboxRow>> all_webhooks(Run& run) {
  std::vector<InboxRow> rows;
  while (true) {
    const Result<bool> row = run.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return rows;
    rows.push_back(webhook_of(run));
  }
}

}  // namespace

Result<std::optional<InboxRow>> SqliteInbox::row_of(const WebhookEventId& id) {
  Run run = database_.run(select_webhook.c_str());
  const Result<bool> found = run.bind(id.text()).step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::optional<InboxRow>();
  return std::optional<InboxRow>(webhook_of(run));
}

Result<InboxRow> SqliteInbox::keep(const WebhookEvent& event, WebhookOrigin origin, Instant now) {
  const std::lock_guard lock(mutex_);
  Run insert = database_.run(insert_webhook);
  insert.bind(event.id.text()).bind(event.type).bind(event.object_id).bind(event.customer.text());
  insert.bind(to_column(event.created)).bind(to_column(now)).bind(name(origin));
  if (auto inserted = insert.finish(); !inserted) return failure(std::move(inserted));
  Result<std::optional<InboxRow>> row = row_of(event.id);
  if (!row) return failure(std::move(row));
  require(row->has_value());
  return std::move(**row);
}

Result<std::optional<InboxRow>> SqliteInbox::find(const WebhookEventId& id) {
  const std::lock_guard lock(mutex_);
  return row_of(id);
}

Result<void> SqliteInbox::finish(const WebhookEventId& id) {
  const std::lock_guard lock(mutex_);
  Run update = database_.run("UPDATE webhook_events SET state = 'done', reason = '' WHERE id = ?");
  return update.bind(id.text()).finish();
}

Result<void> SqliteInbox::note(const WebhookEventId& id, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  Run update = database_.run("UPDATE webhook_events SET reason = ? WHERE id = ?");
  return update.bind(reason).bind(id.text()).finish();
}

Result<void> SqliteInbox::reopen(const WebhookEventId& id) {
  const std::lock_guard lock(mutex_);
  Run update = database_.run(
      "UPDATE webhook_events SET state = 'received', reason = '' WHERE id = ? RETURNING 1");
  const Result<bool> found = update.bind(id.text()).step();
  if (!found) return tl::unexpected(found.error());
  // It is committed with the last step, not with the first.
  if (*found) return update.finish();
  return failure(ErrorCode::not_found,
                 fmt::format("event {} has not arrived here: see billing webhooks list, or let "
                             "billing webhooks gaps look for it",
                             id.text()));
}

Result<std::vector<InboxRow>> SqliteInbox::to_do(int limit) {
  const std::lock_guard lock(mutex_);
  Run run = database_.run(select_webhooks_to_do.c_str());
  return all_webhooks(run.bind(std::int64_t{limit}));
}

Result<std::vector<InboxRow>> SqliteInbox::list(const InboxFilter& filter) {
  const std::lock_guard lock(mutex_);
  Run run =
      database_.run(filter.state ? select_webhook_state_page.c_str() : select_webhook_page.c_str());
  if (filter.state) run.bind(name(*filter.state));
  return all_webhooks(run.bind(std::int64_t{filter.limit}));
}

}  // namespace billing::sqlite
