// SPDX-License-Identifier: Apache-2.0
#include "support/webhook_world.hpp"

namespace billing::tests {
namespace {

using nlohmann::json;
using simulation::Network;

GapReport heal(WebhookWorld& shop) {
  auto healed = shop.world.webhooks().heal_gaps();
  REQUIRE(healed.has_value());
  return std::move(*healed);
}

}  // namespace

TEST_CASE("What never arrived is found in Stripe's list, kept, and acted on once an object") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.buy_unheard(robin, "monthlyPrice");
  for (int i = 0; i < 10; ++i) {
    shop.stripe("POST", "/v1/customers/" + robin, "name=Robin" + std::to_string(i));
  }
  const GapReport report = heal(shop);
  CHECK(report.looked_at == report.missing.size());
  CHECK(report.missing.size() >= 16);
  CHECK(std::ranges::is_sorted(report.missing, {}, &WebhookEvent::created));
  CHECK(shop.subscriptions(robin).empty());
  REQUIRE(shop.kept().size() == report.missing.size());
  for (const InboxRow& each : shop.kept()) CHECK(each.origin == WebhookOrigin::gap);

  const std::size_t calls = shop.calls.size();
  shop.work();
  CHECK(shop.subscriptions(robin).size() == 1);
  CHECK(shop.invoices(robin).size() == 1);
  for (const InboxRow& each : shop.kept()) CHECK(each.state == WebhookState::done);
  CHECK_MESSAGE(shop.calls.size() - calls < 10, "events of one object share a look at it");

  const GapReport again = heal(shop);
  CHECK(again.looked_at == report.looked_at);
  CHECK(again.missing.empty());
}

TEST_CASE("What did arrive is no gap, and stays done when it is found again") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.buy_unheard(robin, "monthlyPrice");
  shop.deliver_all();
  const GapReport report = heal(shop);
  CHECK(report.looked_at > 0);
  CHECK(report.missing.empty());
  CHECK(shop.work() == 0);
}

TEST_CASE("A new file reads all that Stripe has kept; later looks go back by a day") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.buy_unheard(robin, "onDemandPrice");
  shop.world.clock().advance(std::chrono::hours(29 * 24));
  CHECK(heal(shop).missing.size() >= 3);
  shop.world.clock().advance(std::chrono::hours(72));
  shop.stripe("POST", "/v1/customers/" + robin, "name=Robin");
  const std::string renamed = shop.fresh_events().back().at("id");
  shop.world.clock().advance(std::chrono::hours(72));
  const GapReport later = heal(shop);
  REQUIRE_MESSAGE(later.missing.size() >= 1, "however long it was since the look before");
  CHECK(std::ranges::count(later.missing, WebhookEventId(renamed), &WebhookEvent::id) == 1);
  const Second now = to_second(shop.world.clock().now());
  CHECK(now - heal(shop).since == std::chrono::hours(24));
}

TEST_CASE("A look that fails on its way is taken again from where it began") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.buy_unheard(robin, "onDemandPrice");
  for (int i = 0; i < 130; ++i) {
    shop.stripe("POST", "/v1/customers/" + robin, "name=Robin" + std::to_string(i));
  }
  int pages = 0;
  shop.weather = [&](const HttpRequest& request) {
    if (request.path == "/v1/events") ++pages;
    return pages >= 2 ? Network::refuses : Network::carries;
  };
  CHECK_FALSE(shop.world.webhooks().heal_gaps().has_value());
  CHECK(pages >= 2);
  shop.weather = nullptr;
  CHECK(heal(shop).missing.size() > 130);
  shop.work();
  CHECK(shop.subscriptions(robin).size() == 1);
}

TEST_CASE("Events that keep failing do not keep the others waiting") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  const std::string first = shop.buy_unheard(robin, "onDemandPrice");
  const json template_event = shop.fresh_event("customer.subscription.created");
  // More than one look at the inbox shows, each of an object of its own.
  for (int i = 0; i < 150; ++i) {
    WebhookEvent event{.id = WebhookEventId("evt_bad" + std::to_string(i)),
                       .type = "invoice.paid",
                       .object_id = "in_bad" + std::to_string(i),
                       .customer = CustomerId(robin),
                       .created = to_second(shop.world.clock().now())};
    REQUIRE(shop.world.inbox().keep(event, WebhookOrigin::gap, shop.world.clock().now()));
  }
  int failed = 0;
  shop.weather = [&](const HttpRequest& request) {
    simulation::Passage passage;
    if (!request.path.starts_with("/v1/invoices/in_bad")) return passage;
    ++failed;
    // Of this one object alone: Stripe itself is well.
    passage.instead = HttpResponse{.status = 429, .body = R"({"error":{"code":"lock_timeout"}})"};
    return passage;
  };
  const WebhookEvent good{.id = WebhookEventId("evt_good"),
                          .type = "customer.subscription.created",
                          .object_id = first,
                          .customer = CustomerId(robin),
                          .created = to_second(shop.world.clock().now())};
  REQUIRE(shop.world.inbox().keep(good, WebhookOrigin::gap, shop.world.clock().now()));
  for (int i = 0; i < 3'000 && shop.subscriptions(robin).empty(); ++i) {
    REQUIRE(shop.world.webhooks().work().has_value());
    shop.world.clock().advance(std::chrono::milliseconds(10));
  }
  CHECK(failed >= 150);
  CHECK(shop.subscriptions(robin).size() == 1);
}

}  // namespace billing::tests
