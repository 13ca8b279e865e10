// SPDX-License-Identifier: Apache-2.0
#include "list.hpp"
#include "resources.hpp"
#include "webhook_events.hpp"
#include "webhooks.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

constexpr std::string_view endpoint_kind = "webhook endpoint";
constexpr std::size_t endpoints_max = 16;

bool visible_endpoint(const WebhookEndpoint& endpoint) {
  return !endpoint.deleted && !endpoint.forward;
}

WebhookEndpoint& endpoint_in_path(Call& call) {
  WebhookEndpoint* endpoint = call.world.webhook_endpoints.find(call.ids[0]);
  if (endpoint != nullptr && visible_endpoint(*endpoint)) return *endpoint;
  throw no_such(endpoint_kind, call.ids[0], "webhook_endpoint");
}

std::vector<std::string> events_in(const Call& call) {
  std::vector<std::string> types;
  for (const Json& type : call.params["enabled_events"]) {
    types.push_back(type);
    check_event_type(types.back(), fmt::format("enabled_events[{}]", types.size() - 1));
  }
  return types;
}

std::optional<Version> version_param(const Call& call) {
  const Text text = call.text("api_version");
  if (!text) return std::nullopt;
  try {
    return version_in(*text, call.now);
  } catch (Refusal& refusal) {
    refusal.param = "api_version";
    throw;
  }
}

void check_room(const World& world) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < world.webhook_endpoints.size(); ++at) {
    if (visible_endpoint(world.webhook_endpoints[at])) ++count;
  }
  if (count < endpoints_max) return;
  throw Refusal{.message = fmt::format("You have reached the maximum of {} test webhook endpoints.",
                                       endpoints_max)};
}

Json create_endpoint(Call& call) {
  World& world = call.world;
  check_room(world);
  WebhookEndpoint made{.created = call.now,
                       .url = *call.text("url"),
                       .enabled_events = events_in(call),
                       .version = version_param(call),
                       .description = call.text("description")};
  assign_metadata(call.params, made.metadata);
  made.id = world.ids.timed("we_", call.now);
  made.secret = world.ids.plain("whsec_", 32);
  if (made.version && *made.version != Version{}) world.event_versions.insert(*made.version);
  const WebhookEndpoint& endpoint = world.webhook_endpoints.add(std::move(made));
  Json answer = shown(call.view(), endpoint);
  answer["secret"] = endpoint.secret;
  return answer;
}

Json retrieve_endpoint(Call& call) {
  return shown(call.view(), endpoint_in_path(call));
}

Json update_endpoint(Call& call) {
  WebhookEndpoint& endpoint = endpoint_in_path(call);
  if (call.given("enabled_events")) endpoint.enabled_events = events_in(call);
  assign(call.params, "url", endpoint.url);
  assign(call.params, "description", endpoint.description);
  assign_metadata(call.params, endpoint.metadata);
  endpoint.enabled = !call.flag("disabled", !endpoint.enabled);
  return shown(call.view(), endpoint);
}

Json delete_endpoint(Call& call) {
  WebhookEndpoint& endpoint = endpoint_in_path(call);
  endpoint.deleted = true;
  stop_deliveries(call.world, endpoint);
  return shown(call.view(), endpoint);
}

Json list_endpoints(Call& call) {
  return listed(call, endpoint_kind, call.world.webhook_endpoints, nullptr, visible_endpoint,
                [&](const WebhookEndpoint& endpoint) { return shown(call.view(), endpoint); });
}

}  // namespace

Json shown(const View&, const WebhookEndpoint& endpoint) {
  if (endpoint.deleted) {
    return {{"id", endpoint.id}, {"object", "webhook_endpoint"}, {"deleted", true}};
  }
  return {{"id", endpoint.id},
          {"object", "webhook_endpoint"},
          {"api_version", endpoint.version ? Json(endpoint.version->text()) : Json(nullptr)},
          {"application", nullptr},
          {"created", endpoint.created},
          {"description", nullable(endpoint.description)},
          {"enabled_events", endpoint.enabled_events},
          {"livemode", false},
          {"metadata", endpoint.metadata},
          {"status", endpoint.enabled ? "enabled" : "disabled"},
          {"url", endpoint.url}};
}

Routes webhook_endpoint_routes() {
  const std::string all = "/v1/webhook_endpoints";
  const std::string one = all + "/:id";
  const std::string type = "webhook_endpoint";
  const Field events = field(Kind::texts, "enabled_events");
  const Field url = field(Kind::url, "url");
  return {{"POST", all,
           operation(with_unemulated({text("api_version"), text("description").unset(),
                                      Field(events).need(), metadata(), Field(url).need()},
                                     {"connect"})),
           type, create_endpoint},
          {"GET", one, operation({}), type, retrieve_endpoint},
          {"POST", one,
           operation({text("description").unset(), field(Kind::flag, "disabled"), events,
                      metadata(), url}),
           type, update_endpoint},
          {"DELETE", one, operation({}), type, delete_endpoint},
          {"GET", all, listing({}), "list:" + type, list_endpoints}};
}

}  // namespace sandbox
