// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/webhook_inbox.hpp>

#include "ledger/sqlite_database.hpp"

#include <mutex>

namespace billing::sqlite {

inline constexpr const char* inbox_table = "webhook_events";

/// The WebhookInbox on SQLite. `database`, and `mutex`, which guards it, are shared with the
/// ledger.
class SqliteInbox final : public WebhookInbox {
 public:
  SqliteInbox(Database& database, std::mutex& mutex) : database_(database), mutex_(mutex) {}

  Result<InboxRow> keep(const WebhookEvent& event, WebhookOrigin origin, Instant now) override;
  Result<std::optional<InboxRow>> find(const WebhookEventId& id) override;
  Result<void> finish(const WebhookEventId& id) override;
  Result<void> note(const WebhookEventId& id, const std::string& reason) override;
  Result<void> reopen(const WebhookEventId& id) override;
  Result<std::vector<InboxRow>> to_do(int limit) override;
  Result<std::vector<InboxRow>> list(const InboxFilter& filter) override;

 private:
  Result<std::optional<InboxRow>> row_of(const WebhookEventId& id);

  Database& database_;
  std::mutex& mutex_;
};

}  // namespace billing::sqlite
