// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ids.hpp>
#include <billing/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace billing {

/// Something that happened at Stripe: a hint to read what it names, and nothing more.
struct WebhookEvent {
  WebhookEventId id;
  std::string type;       ///< `customer.subscription.deleted`
  std::string object_id;  ///< Of what it is about; empty when that has no id (`invoice.upcoming`).
  CustomerId customer;    ///< Whose it is; empty where the object doesn't say so.
  Second created;
};

enum class WebhookOrigin {
  webhook,  ///< Stripe sent it.
  gap,      ///< It never came, and was found in Stripe's list.
};

enum class WebhookState {
  received,  ///< Kept, and not acted on yet.
  done,      ///< What follows from it is on disk.
};

struct InboxRow {
  std::int64_t sequence = 0;  ///< The order of arrival.
  WebhookEvent event;
  Instant received_at;
  WebhookOrigin origin = WebhookOrigin::webhook;
  WebhookState state = WebhookState::received;
  std::string reason;  ///< Of a received one: why the last try to act on it failed.
};

struct InboxFilter {
  std::optional<WebhookState> state = std::nullopt;
  int limit = 100;
};

/// Stripe's events, each kept once for ever. Thread-safe; every call is one transaction. What
/// returned is on disk; a failure means that nothing changed, except `outcome_unknown` from a
/// write, which the same write again settles.
class WebhookInbox {
 public:
  virtual ~WebhookInbox() = default;

  /// Keeps an event if it is new, and answers its row as it then stands.
  virtual Result<InboxRow> keep(const WebhookEvent& event, WebhookOrigin origin, Instant now) = 0;
  virtual Result<std::optional<InboxRow>> find(const WebhookEventId& id) = 0;

  /// What follows from it is on disk.
  virtual Result<void> finish(const WebhookEventId& id) = 0;
  /// It could not be acted on, and will be again.
  virtual Result<void> note(const WebhookEventId& id, const std::string& reason) = 0;
  /// It is to be acted on once more. `not_found` if it never came.
  virtual Result<void> reopen(const WebhookEventId& id) = 0;

  /// Those that are received and not done, in the order of arrival.
  virtual Result<std::vector<InboxRow>> to_do(int limit) = 0;
  /// Newest arrival first.
  virtual Result<std::vector<InboxRow>> list(const InboxFilter& filter) = 0;
};

std::string_view name(WebhookState state);
std::optional<WebhookState> parse_webhook_state(std::string_view text);
std::string_view name(WebhookOrigin origin);

}  // namespace billing
