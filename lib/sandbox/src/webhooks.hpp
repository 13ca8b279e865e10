// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sandbox/webhook.hpp"
#include "world.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace sandbox {

/// Events on their way to webhook endpoints: each endpoint has a queue, in the order of events, of
/// which one at a time is under way. What fails is tried again by the sandbox's time.

/// Not due at all.
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

/// Queues an event for every endpoint that wants it.
void announce_to_endpoints(World& world, Event& event);
/// Queues it once more for one endpoint, whatever that wants.
void resend(World& world, WebhookEndpoint& endpoint, const Event& event);
/// A deleted endpoint gets nothing more.
void stop_deliveries(World& world, WebhookEndpoint& endpoint);

/// When take_webhook may have something.
std::int64_t webhook_due(const World& world);
/// The first that is due, signed as at `signing_time`.
std::optional<WebhookPost> take_webhook(World& world, std::int64_t signing_time);
/// What became of one. False when it isn't one of this world's.
bool settle_webhook(World& world, std::string_view id, const WebhookAnswer& answer,
                    std::int64_t now);

/// The endpoint that Options::forward_to stands for.
void add_forward(World& world, const std::string& url, const std::string& secret);

}  // namespace sandbox
