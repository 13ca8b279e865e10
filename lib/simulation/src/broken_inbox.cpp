// SPDX-License-Identifier: Apache-2.0
#include "broken_inbox.hpp"

namespace simulation {

using billing::InboxRow;
using billing::Result;

Result<InboxRow> BrokenInbox::keep(const billing::WebhookEvent& event,
                                   billing::WebhookOrigin origin, billing::Instant now) {
  if (!acts_first_ || origin == billing::WebhookOrigin::gap) {
    return inbox_.keep(event, origin, now);
  }
  const auto known = inbox_.find(event.id);
  if (!known) return tl::unexpected(known.error());
  if (*known) return **known;
  InboxRow row{.event = event, .received_at = now, .origin = origin, .reason = {}};
  in_memory_.emplace(event.id.text(), row);
  return row;
}

Result<void> BrokenInbox::finish(const billing::WebhookEventId& id) {
  if (const auto kept = in_memory_.find(id.text()); kept != in_memory_.end()) {
    const InboxRow& row = kept->second;
    if (auto stored = inbox_.keep(row.event, row.origin, row.received_at); !stored) {
      return tl::unexpected(stored.error());
    }
    in_memory_.erase(kept);
  }
  return inbox_.finish(id);
}

}  // namespace simulation
