// SPDX-License-Identifier: Apache-2.0
#include <billing/webhook_inbox.hpp>

namespace billing {

std::string_view name(WebhookState state) {
  switch (state) {
    case WebhookState::received: return "received";
    case WebhookState::done: return "done";
  }
  return "unknown";
}

std::optional<WebhookState> parse_webhook_state(std::string_view text) {
  for (const WebhookState each : {WebhookState::received, WebhookState::done}) {
    if (text == name(each)) return each;
  }
  return std::nullopt;
}

std::string_view name(WebhookOrigin origin) {
  switch (origin) {
    case WebhookOrigin::webhook: return "webhook";
    case WebhookOrigin::gap: return "gap";
  }
  return "unknown";
}

}  // namespace billing
