// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>
#include <billing/webhook_inbox.hpp>
#include <billing/webhooks.hpp>

#include "settings/settings.hpp"

#include <string>
#include <vector>

namespace billing::apps {

/// What has become of events by the end of a command.
struct ActedOn {
  std::vector<InboxRow> rows;  ///< As they were asked for.
  bool by_server = false;      ///< A running server acted, or goes on to.

  bool all_done() const;
};

/// Acts on one event that arrived once more. `not_found` if it never did.
Result<ActedOn> replay_webhook(const Settings& settings, const WebhookEventId& id);

struct HealedGaps {
  GapReport report;
  ActedOn acted;  ///< Those that were missing, and what else was not done yet.
};

/// Compares what arrived with Stripe's list, keeps what is missing, and acts on all that is not
/// done.
Result<HealedGaps> heal_webhook_gaps(const Settings& settings);

}  // namespace billing::apps
