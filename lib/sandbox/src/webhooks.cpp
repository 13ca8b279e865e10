// SPDX-License-Identifier: Apache-2.0
#include "webhooks.hpp"

#include "resources.hpp"
#include "webhook_signature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace sandbox {
namespace {

using DeliveryState = WebhookDelivery::State;
using DeliveryReason = WebhookDelivery::Reason;

// Stripe says "three times over a few hours" of its sandboxes, and no more.
constexpr std::array<std::int64_t, 2> retry_after = {60 * 60, 3 * 60 * 60};
constexpr std::size_t deliveries_kept = 1'000;
constexpr std::size_t answer_kept = 1'024;

constexpr std::uint64_t chaos_delay_max = 5;
constexpr std::uint64_t chaos_duplicates_one_in = 4;

void put_off(WebhookEndpoint& endpoint, std::uint64_t number, WebhookDelivery& delivery,
             std::int64_t due) {
  delivery.state = DeliveryState::waiting;
  delivery.due = due;
  endpoint.queue.emplace(due, delivery.rank, number);
}

void add_delivery(World& world, WebhookEndpoint& endpoint, const Event& event,
                  DeliveryReason reason) {
  auto& kept = endpoint.deliveries;
  while (kept.size() >= deliveries_kept && kept.begin()->second.settled()) {
    kept.erase(kept.begin());
  }
  const std::uint64_t number = ++endpoint.numbers;
  std::int64_t due = world.now;
  std::uint64_t rank = number;
  if (world.chaos) {
    rank = (*world.chaos)();
    due += static_cast<std::int64_t>((*world.chaos)() % (chaos_delay_max + 1));
  }
  WebhookDelivery& delivery =
      kept.emplace(number, WebhookDelivery{.event = event.id, .reason = reason, .rank = rank})
          .first->second;
  put_off(endpoint, number, delivery, due);
}

void settle_delivery(World& world, const WebhookEndpoint& endpoint, WebhookDelivery& delivery,
                     DeliveryState state) {
  delivery.state = state;
  Event* event = world.events.find(delivery.event);
  if (event == nullptr) return;
  if (delivery.reason == DeliveryReason::event) --event->pending_webhooks;
  auto& failed = event->undelivered_to;
  if (state == DeliveryState::delivered) {
    std::erase(failed, endpoint.id);
  } else if (delivery.reason == DeliveryReason::event) {
    failed.push_back(endpoint.id);
  }
}

WebhookPost post_of(const WebhookEndpoint& endpoint, std::uint64_t number, const Event& event,
                    std::int64_t signing_time) {
  WebhookPost post{.id = fmt::format("{}-{}", endpoint.id, number),
                   .url = endpoint.url,
                   .headers = {},
                   .body = event_text(event, endpoint.version.value_or(Version{}))};
  post.headers = {
      {"Content-Type", "application/json; charset=utf-8"},
      {"User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)"},
      {"Stripe-Signature", webhook_signature(endpoint.secret, signing_time, post.body)}};
  return post;
}

std::int64_t endpoint_due(const WebhookEndpoint& endpoint) {
  return endpoint.busy || endpoint.queue.empty() ? never : std::get<0>(*endpoint.queue.begin());
}

std::optional<WebhookPost> take_from(World& world, WebhookEndpoint& endpoint,
                                     std::int64_t signing_time) {
  while (endpoint_due(endpoint) <= world.now) {
    const std::uint64_t number = std::get<2>(*endpoint.queue.begin());
    endpoint.queue.erase(endpoint.queue.begin());
    WebhookDelivery& delivery = endpoint.deliveries.at(number);
    const Event* event = world.events.find(delivery.event);
    if (!endpoint.enabled || event == nullptr) {
      settle_delivery(world, endpoint, delivery, DeliveryState::stopped);
      continue;
    }
    delivery.state = DeliveryState::under_way;
    endpoint.busy = true;
    return post_of(endpoint, number, *event, signing_time);
  }
  return std::nullopt;
}

// The endpoint and the number in `we_…-17`.
std::pair<std::string, std::uint64_t> delivery_parts(std::string_view id) {
  const auto dash = id.rfind('-');
  std::uint64_t number = 0;
  if (dash == std::string_view::npos) return {};
  std::from_chars(id.data() + dash + 1, id.data() + id.size(), number);
  return {std::string(id.substr(0, dash)), number};
}

}  // namespace

bool WebhookEndpoint::wants(std::string_view type) const {
  // These came with basil: an older version has no shape for what they are about.
  if (type.starts_with("invoice_payment.") && !version.value_or(Version{}).basil()) return false;
  return std::ranges::any_of(
      enabled_events, [&](const std::string& wanted) { return wanted == "*" || wanted == type; });
}

void announce_to_endpoints(World& world, Event& event) {
  for (std::size_t at = 0; at < world.webhook_endpoints.size(); ++at) {
    WebhookEndpoint& endpoint = world.webhook_endpoints[at];
    if (endpoint.deleted || !endpoint.enabled || !endpoint.wants(event.type)) continue;
    ++event.pending_webhooks;
    add_delivery(world, endpoint, event, DeliveryReason::event);
    const bool again = world.chaos && (*world.chaos)() % chaos_duplicates_one_in == 0;
    if (again) add_delivery(world, endpoint, event, DeliveryReason::duplicate);
  }
}

void resend(World& world, WebhookEndpoint& endpoint, const Event& event) {
  add_delivery(world, endpoint, event, DeliveryReason::resent);
}

void stop_deliveries(World& world, WebhookEndpoint& endpoint) {
  for (const auto& [due, rank, number] : endpoint.queue) {
    settle_delivery(world, endpoint, endpoint.deliveries.at(number), DeliveryState::stopped);
  }
  endpoint.queue.clear();
}

std::int64_t webhook_due(const World& world) {
  std::int64_t due = never;
  for (std::size_t at = 0; at < world.webhook_endpoints.size(); ++at) {
    due = std::min(due, endpoint_due(world.webhook_endpoints[at]));
  }
  return due;
}

std::optional<WebhookPost> take_webhook(World& world, std::int64_t signing_time) {
  WebhookEndpoint* first = nullptr;
  for (std::size_t at = 0; at < world.webhook_endpoints.size(); ++at) {
    WebhookEndpoint& endpoint = world.webhook_endpoints[at];
    if (endpoint_due(endpoint) <= world.now &&
        (first == nullptr || endpoint_due(endpoint) < endpoint_due(*first))) {
      first = &endpoint;
    }
  }
  if (first == nullptr) return std::nullopt;
  if (auto post = take_from(world, *first, signing_time)) return post;
  // All that it had was of no use any more.
  return take_webhook(world, signing_time);
}

bool settle_webhook(World& world, std::string_view id, const WebhookAnswer& answer,
                    std::int64_t now) {
  const auto [endpoint_id, number] = delivery_parts(id);
  WebhookEndpoint* endpoint = world.webhook_endpoints.find(endpoint_id);
  if (endpoint == nullptr) return false;
  const auto found = endpoint->deliveries.find(number);
  if (found == endpoint->deliveries.end() || found->second.state != DeliveryState::under_way)
    return false;
  WebhookDelivery& delivery = found->second;
  endpoint->busy = false;
  delivery.attempts.push_back(
      {.time = now, .status = answer.status, .answer = answer.body.substr(0, answer_kept)});
  const std::size_t failures = delivery.attempts.size();
  if (delivery.attempts.back().succeeded()) {
    settle_delivery(world, *endpoint, delivery, DeliveryState::delivered);
  } else if (delivery.reason != DeliveryReason::event || failures > retry_after.size()) {
    settle_delivery(world, *endpoint, delivery, DeliveryState::given_up);
  } else if (endpoint->deleted) {
    settle_delivery(world, *endpoint, delivery, DeliveryState::stopped);
  } else {
    put_off(*endpoint, number, delivery, now + retry_after[failures - 1]);
  }
  return true;
}

void add_forward(World& world, const std::string& url, const std::string& secret) {
  world.webhook_endpoints.add({.id = Ids(stable_hash(world.account, 0)).timed("we_", world.created),
                               .created = world.created,
                               .forward = true,
                               .url = url,
                               .secret = secret,
                               .enabled_events = {"*"},
                               .description = "--forward-to"});
}

}  // namespace sandbox
