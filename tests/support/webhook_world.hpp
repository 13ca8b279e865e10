// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/world.hpp"
#include "support/signed_webhook.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ranges>
#include <set>
#include <string>
#include <vector>

namespace billing::tests {

/// The product and its Stripe, whose events go nowhere until a test delivers them.
class WebhookWorld {
 public:
  using Json = nlohmann::json;

  explicit WebhookWorld(std::uint64_t seed = 1) : world(seed) {
    world.boot();
    world.weather = [this](const HttpRequest& request, auto) {
      calls.push_back(request.method + ' ' + request.path);
      return weather ? weather(request) : simulation::Passage();
    };
  }

  /// What was asked of Stripe so far, and what befalls each of it.
  std::vector<std::string> calls;
  std::function<simulation::Passage(const HttpRequest&)> weather;

  std::size_t calls_of(const std::string& method, const std::string& ending = "") const {
    return static_cast<std::size_t>(std::ranges::count_if(calls, [&](const std::string& call) {
      return call.starts_with(method + ' ') && call.ends_with(ending);
    }));
  }

  /// One call to Stripe past the product.
  Json stripe(const std::string& method, const std::string& target, const std::string& form = {}) {
    const auto answer = world.at_stripe(method, target, form);
    REQUIRE_MESSAGE(answer.status == 200, target << ": " << answer.body);
    return Json::parse(answer.body);
  }

  /// Events since the last call of this, oldest first.
  std::vector<Json> fresh_events() {
    std::vector<Json> fresh;
    for (std::string after;;) {
      const Json page =
          stripe("GET", "/v1/events?limit=100" + (after.empty() ? "" : "&starting_after=" + after));
      for (const Json& each : page.at("data")) {
        if (seen_.insert(each.at("id")).second) fresh.push_back(each);
      }
      if (!page.at("has_more")) break;
      after = page.at("data").back().at("id");
    }
    std::ranges::reverse(fresh);
    return fresh;
  }
  /// The only fresh one of that type.
  Json fresh_event(const std::string& type) {
    Json found;
    for (const Json& each : fresh_events()) {
      if (each.at("type") != type) continue;
      REQUIRE_MESSAGE(found.is_null(), "two of " << type);
      found = each;
    }
    REQUIRE_MESSAGE(!found.is_null(), "no " << type);
    return found;
  }

  int deliver(const Json& event) { return answer_to(event).status; }
  HttpResponse answer_to(const Json& event) {
    const Second now = to_second(world.clock().now());
    return world.request(signed_webhook(simulation::World::webhook_secret, now, event.dump()));
  }
  /// Delivers what is fresh, and what that brings about, to the end.
  void deliver_all() {
    for (int rounds = 0;; ++rounds) {
      const std::vector<Json> fresh = fresh_events();
      if (fresh.empty()) return;
      REQUIRE_MESSAGE(rounds < 10, "events make events without end");
      for (const Json& each : fresh) CHECK(deliver(each) == 200);
    }
  }
  /// Does what is due now.
  int work() {
    int steps = 0;
    while (true) {
      const auto worked = world.webhooks().work();
      REQUIRE(worked.has_value());
      if (!*worked) return steps;
      REQUIRE(++steps < 1'000);
    }
  }

  std::string user(const std::string& email = "robin@example.com") { return world.sign_up(email); }

  /// Buys a package without coming back from the checkout: the product hears nothing of it.
  std::string buy_unheard(const std::string& user, const std::string& price) {
    const auto offered = world.request({.method = "GET", .path = "/offerings"});
    const Json wanted = {{"price", Json::parse(offered.body)["pairCode"][price]["id"]}};
    const auto opened = world.request({.method = "POST",
                                       .path = "/offerings/paircode",
                                       .query = {{"user_id", user}},
                                       .body = wanted.dump()});
    REQUIRE(opened.status == 200);
    REQUIRE(world.pay(Json::parse(opened.body).at("url")));
    return stripe("GET", "/v1/subscriptions?customer=" + user).at("data").at(0).at("id");
  }

  /// Makes `card` (`pm_card_visa`) the one that the subscription and its owner are charged with.
  std::string use_card(const std::string& user, const std::string& subscription,
                       const std::string& card) {
    const Json method =
        stripe("POST", "/v1/payment_methods/" + card + "/attach", "customer=" + user);
    const std::string id = method.at("id");
    stripe("POST", "/v1/customers/" + user, "invoice_settings[default_payment_method]=" + id);
    stripe("POST", "/v1/subscriptions/" + subscription, "default_payment_method=" + id);
    return id;
  }

  std::vector<Subscription> subscriptions(const std::string& user) {
    auto known = world.store().subscriptions(CustomerId(user));
    REQUIRE(known.has_value());
    return std::move(*known);
  }
  std::vector<Invoice> invoices(const std::string& user) {
    auto known = world.store().invoices(CustomerId(user));
    REQUIRE(known.has_value());
    return std::move(*known);
  }
  std::vector<InboxRow> kept() {
    auto rows = world.inbox().list({.limit = 1'000});
    REQUIRE(rows.has_value());
    return std::move(*rows);
  }
  InboxRow row(const Json& event) {
    const auto found = world.inbox().find(WebhookEventId(event.at("id").get<std::string>()));
    REQUIRE(found.has_value());
    REQUIRE(found->has_value());
    return **found;
  }

  simulation::World world;

 private:
  std::set<std::string> seen_;
};

}  // namespace billing::tests
