// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/webhook_inbox.hpp>

#include "ledger/postgres_database.hpp"

namespace billing::postgres {

/// The WebhookInbox on PostgreSQL. `session` must outlive it.
class PostgresInbox final : public WebhookInbox {
 public:
  explicit PostgresInbox(Session& session) : session_(session) {}

  Result<InboxRow> keep(const WebhookEvent& event, WebhookOrigin origin, Instant now) override;
  Result<std::optional<InboxRow>> find(const WebhookEventId& id) override;
  Result<void> finish(const WebhookEventId& id) override;
  Result<void> note(const WebhookEventId& id, const std::string& reason) override;
  Result<void> reopen(const WebhookEventId& id) override;
  Result<std::vector<InboxRow>> to_do(int limit) override;
  Result<std::vector<InboxRow>> list(const InboxFilter& filter) override;

 private:
  Session& session_;
};

}  // namespace billing::postgres
