// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/webhook_inbox.hpp>

#include "simulation/safeguards.hpp"

#include <map>
#include <optional>

namespace simulation {

/// Passes everything on; without `store_the_id_first`, a webhook is kept in memory only until it
/// has been acted on.
class BrokenInbox final : public billing::WebhookInbox {
 public:
  /// `inbox` must outlive it.
  BrokenInbox(billing::WebhookInbox& inbox, std::optional<Safeguard> without)
      : inbox_(inbox), acts_first_(without == Safeguard::store_the_id_first) {}

  billing::Result<billing::InboxRow> keep(const billing::WebhookEvent& event,
                                          billing::WebhookOrigin origin,
                                          billing::Instant now) override;
  billing::Result<std::optional<billing::InboxRow>> find(
      const billing::WebhookEventId& id) override {
    return inbox_.find(id);
  }
  billing::Result<void> finish(const billing::WebhookEventId& id) override;
  billing::Result<void> note(const billing::WebhookEventId& id,
                             const std::string& reason) override {
    return inbox_.note(id, reason);
  }
  billing::Result<void> reopen(const billing::WebhookEventId& id) override {
    return inbox_.reopen(id);
  }
  billing::Result<std::vector<billing::InboxRow>> to_do(int limit) override {
    return inbox_.to_do(limit);
  }
  billing::Result<std::vector<billing::InboxRow>> list(
      const billing::InboxFilter& filter) override {
    return inbox_.list(filter);
  }

 private:
  billing::WebhookInbox& inbox_;
  const bool acts_first_;
  std::map<std::string, billing::InboxRow> in_memory_;
};

}  // namespace simulation
