// SPDX-License-Identifier: Apache-2.0
#include "events.hpp"

#include "calendar.hpp"
#include "list.hpp"
#include "webhooks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

constexpr std::int64_t kept_seconds = 30 * day_seconds;
constexpr std::size_t types_max = 20;

bool list_like(const Json& value) {
  return value.is_object() && value.value("object", Json()) == "list";
}

// What was otherwise: whole values and lists, and of a hash the keys that changed.
Json previous(const Json& before, const Json& after) {
  Json changed = Json::object();
  for (const auto& [name, was] : before.items()) {
    const auto is = after.find(name);
    if (is == after.end()) {
      changed[name] = was;
    } else if (*is != was) {
      const bool inside = was.is_object() && is->is_object() && !list_like(was);
      changed[name] = inside ? previous(was, *is) : was;
    }
  }
  for (const auto& [name, is] : after.items()) {
    if (!before.contains(name)) changed[name] = nullptr;
  }
  return changed;
}

Json text_or_nothing(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Event& event_in_path(Call& call) {
  Event* event = call.world.events.find(call.ids[0]);
  if (event == nullptr) throw no_such("event", call.ids[0]);
  return *event;
}

Json retrieve_event(Call& call) {
  return shown(call.view(), event_in_path(call));
}

// `invoice.*` is every type that begins so.
bool type_matches(std::string_view wanted, std::string_view type) {
  if (!wanted.ends_with('*')) return wanted == type;
  wanted.remove_suffix(1);
  return type.starts_with(wanted);
}

std::vector<std::string> wanted_types(const Call& call) {
  std::vector<std::string> types;
  if (const Text type = call.text("type")) types.push_back(*type);
  if (!call.given("types")) return types;
  if (!types.empty()) throw exclusive("type", "types");
  for (const Json& type : call.params["types"]) types.push_back(type);
  if (types.size() > types_max) {
    throw Refusal{.message = fmt::format("You can pass at most {} types.", types_max),
                  .param = "types",
                  .executed = false};
  }
  return types;
}

// The endpoints that Stripe's CLI means are those of its `listen`, in whose place stands
// --forward-to. Where there is none, the event goes to whoever wanted it in the first place.
std::vector<WebhookEndpoint*> receivers(World& world, const Event& event) {
  std::vector<WebhookEndpoint*> forward, others;
  for (std::size_t at = 0; at < world.webhook_endpoints.size(); ++at) {
    WebhookEndpoint& endpoint = world.webhook_endpoints[at];
    if (endpoint.deleted || !endpoint.enabled || !endpoint.wants(event.type)) continue;
    (endpoint.forward ? forward : others).push_back(&endpoint);
  }
  return forward.empty() ? others : forward;
}

Json retry_event(Call& call) {
  Event& event = event_in_path(call);
  World& world = call.world;
  if (const Text id = call.text("webhook_endpoint")) {
    WebhookEndpoint& endpoint =
        in_param(world.webhook_endpoints, "webhook endpoint", *id, "webhook_endpoint");
    if (endpoint.deleted) throw no_such_named("webhook endpoint", *id, "webhook_endpoint");
    resend(world, endpoint, event);
  } else {
    for (WebhookEndpoint* endpoint : receivers(world, event)) resend(world, *endpoint, event);
  }
  return shown(call.view(), event);
}

Json list_events(Call& call) {
  const EventLog& events = call.world.events;
  const std::vector<std::string> types = wanted_types(call);
  const auto keep = [&](const Event& event) {
    const bool success = event.delivered();
    return (types.empty() ||
            std::ranges::any_of(
                types, [&](const std::string& type) { return type_matches(type, event.type); })) &&
           call.flag("delivery_success", success) == success &&
           in_range(call.params, "created", event.created);
  };
  return listed(call, "event", events, nullptr, keep,
                [&](const Event& event) { return shown(call.view(), event); });
}

}  // namespace

void record(World& world, std::int64_t now, std::string_view type, const Pictures& after,
            const Pictures* before) {
  if (before != nullptr && *before == after) return;
  Event event{.created = now,
              .recorded = world.now,
              .type = type,
              .request_id = std::string(world.cause.request),
              .idempotency_key = std::string(world.cause.idempotency_key)};
  event.data.reserve(after.size());
  auto version = world.event_versions.begin();
  for (std::size_t at = 0; at < after.size(); ++at) {
    std::string text = "{\"object\":" + text_of(after[at]);
    if (before != nullptr) {
      text += ",\"previous_attributes\":" + text_of(previous((*before)[at], after[at]));
    }
    text += '}';
    event.data.push_back({at == 0 ? Version{} : *version++, std::move(text)});
  }
  event.id = world.ids.timed("evt_", now);
  world.events.forget_before(world.now - kept_seconds);
  announce_to_endpoints(world, world.events.add(std::move(event)));
}

std::string event_text(const Event& event, Version version) {
  const auto wanted = std::ranges::find(event.data, version, &EventData::version);
  const EventData& data = wanted == event.data.end() ? event.data.front() : *wanted;
  const Json head = {{"api_version", data.version.text()},
                     {"created", event.created},
                     {"id", event.id},
                     {"livemode", false},
                     {"object", "event"},
                     {"pending_webhooks", event.pending_webhooks},
                     {"request",
                      {{"id", text_or_nothing(event.request_id)},
                       {"idempotency_key", text_or_nothing(event.idempotency_key)}}},
                     {"type", event.type}};
  std::string text = text_of(head);
  text.pop_back();
  return text + ",\"data\":" + data.text + '}';
}

Json shown(const View&, const Event& event) {
  return Json::parse(event_text(event, Version{}));
}

Routes event_routes() {
  return {{"GET", "/v1/events/:id", operation({}), "event", retrieve_event},
          {"POST", "/v1/events/:id/retry",
           operation({field(Kind::flag, "for_stripecli"), text("webhook_endpoint")}), "event",
           retry_event},
          {"GET", "/v1/events",
           listing({field(Kind::range, "created"), field(Kind::flag, "delivery_success"),
                    text("type"), field(Kind::texts, "types")}),
           "list:event", list_events}};
}

}  // namespace sandbox
