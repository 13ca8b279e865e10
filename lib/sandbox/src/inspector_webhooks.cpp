// SPDX-License-Identifier: Apache-2.0
#include "html.hpp"
#include "inspector.hpp"
#include "inspector_parts.hpp"
#include "resources.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

constexpr std::size_t deliveries_shown = 50;

std::string webhooks_of(const Event& event) {
  if (event.pending_webhooks > 0) {
    return badge("soft", fmt::format("{} pending", event.pending_webhooks));
  }
  return event.undelivered_to.empty() ? "" : badge("bad", "not delivered");
}

std::string state_html(const WebhookDelivery& delivery) {
  using State = WebhookDelivery::State;
  switch (delivery.state) {
    case State::waiting: return badge("soft", "due") + " " + time_html(delivery.due);
    case State::under_way: return badge("soft", "under way");
    case State::delivered: return badge("good", "delivered");
    case State::given_up: return badge("bad", "given up");
    case State::stopped: return badge("bad", "stopped");
  }
  return {};
}

std::string_view reason_text(const WebhookDelivery& delivery) {
  using Reason = WebhookDelivery::Reason;
  switch (delivery.reason) {
    case Reason::event: return "";
    case Reason::duplicate: return "duplicate";
    case Reason::resent: return "replay";
  }
  return {};
}

std::string attempts_html(const WebhookDelivery& delivery) {
  std::string html;
  for (const WebhookAttempt& attempt : delivery.attempts) {
    html += fmt::format("<details><summary>{} {}</summary><pre>{}</pre></details>",
                        status_badge(attempt.status), time_html(attempt.time),
                        escaped(attempt.answer.empty() ? "(an empty answer)" : attempt.answer));
  }
  return html;
}

std::string replay_button(const World& world, const WebhookEndpoint& endpoint,
                          const std::string& event) {
  return button(account_path(world, {"webhooks", endpoint.id, "replay"}), {{"event", event}},
                "Replay");
}

std::string endpoint_link(const World& world, const WebhookEndpoint& endpoint) {
  return link(account_path(world, {"webhooks", endpoint.id}), endpoint.url);
}

std::string event_link(const World& world, const std::string& id, std::string_view text) {
  return link(account_path(world, {"events", id}), text);
}

std::string status_of(const WebhookEndpoint& endpoint) {
  if (endpoint.deleted) return badge("bad", "deleted");
  return endpoint.enabled ? badge("good", "enabled") : badge("bad", "disabled");
}

std::string deliveries_to(const World& world, const WebhookEndpoint& endpoint) {
  std::vector<HtmlRow> rows;
  const auto& deliveries = endpoint.deliveries;
  for (auto each = deliveries.rbegin(); each != deliveries.rend() && rows.size() < deliveries_shown;
       ++each) {
    const WebhookDelivery& delivery = each->second;
    const Event* event = world.events.find(delivery.event);
    rows.push_back(
        {event == nullptr ? escaped(delivery.event) : event_link(world, event->id, event->type),
         escaped(reason_text(delivery)), state_html(delivery), attempts_html(delivery),
         event == nullptr ? "" : replay_button(world, endpoint, event->id)});
  }
  return table_html({"Event", "", "State", "Attempts", ""}, rows, "Nothing was sent to it yet.");
}

}  // namespace

std::string events_page(const World& world, std::size_t before) {
  std::vector<HtmlRow> rows;
  std::size_t at = std::min(before, world.events.size());
  while (at > 0 && rows.size() < deliveries_shown) {
    const Event& event = world.events[--at];
    rows.push_back({time_html(event.created), event_link(world, event.id, event.type),
                    webhooks_of(event), escaped(event.request_id)});
  }
  return inspector_document(
      &world, "Events",
      table_html({"Created", "Type", "Webhooks", "Request"}, rows, "Nothing has happened yet.") +
          older_html(account_path(world, {"events"}), at));
}

std::string event_page(const World& world, const Event& event) {
  std::vector<HtmlRow> rows;
  for (std::size_t at = 0; at < world.webhook_endpoints.size(); ++at) {
    const WebhookEndpoint& endpoint = world.webhook_endpoints[at];
    if (endpoint.deleted) continue;
    std::string states, attempts;
    for (const auto& [number, delivery] : endpoint.deliveries) {
      if (delivery.event != event.id) continue;
      states += "<p>" + state_html(delivery) + "</p>";
      attempts += attempts_html(delivery);
    }
    rows.push_back({endpoint_link(world, endpoint), states, attempts,
                    replay_button(world, endpoint, event.id)});
  }
  return inspector_document(
      &world, event.type,
      "<h2>Webhooks</h2>\n" +
          table_html({"Endpoint", "State", "Attempts", ""}, rows, "There is no endpoint.") +
          "<h2>Event</h2>\n" + json_html(shown(View{world, Version{}}, event)));
}

std::string endpoints_page(const World& world) {
  std::vector<HtmlRow> rows;
  for (std::size_t at = world.webhook_endpoints.size(); at > 0; --at) {
    const WebhookEndpoint& endpoint = world.webhook_endpoints[at - 1];
    rows.push_back({endpoint_link(world, endpoint), status_of(endpoint),
                    fmt::format("{}", endpoint.deliveries.size()), escaped(endpoint.id)});
  }
  return inspector_document(&world, "Webhooks",
                            table_html({"Endpoint", "Status", "Deliveries", "Id"}, rows,
                                       "There is no endpoint yet: POST /v1/webhook_endpoints, or "
                                       "billing-sandbox --forward-to."));
}

std::string endpoint_page(const World& world, const WebhookEndpoint& endpoint) {
  Json about = shown(View{world, Version{}}, endpoint);
  about["secret"] = endpoint.secret;
  return inspector_document(&world, endpoint.url,
                            "<h2>Deliveries</h2>\n" + deliveries_to(world, endpoint) +
                                "<h2>Endpoint</h2>\n" + json_html(about));
}

}  // namespace sandbox
