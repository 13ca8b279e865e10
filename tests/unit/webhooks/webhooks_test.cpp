// SPDX-License-Identifier: Apache-2.0
#include "simulation/crash.hpp"
#include "support/webhook_world.hpp"

namespace billing::tests {

using nlohmann::json;
using simulation::Network;

TEST_CASE("What was bought is known by webhooks alone") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  const std::string subscription = shop.buy_unheard(robin, "monthlyPrice");
  REQUIRE(shop.subscriptions(robin).empty());
  shop.deliver_all();
  REQUIRE(shop.subscriptions(robin).size() == 1);
  CHECK(shop.subscriptions(robin)[0].id.text() == subscription);
  CHECK(shop.subscriptions(robin)[0].status == "trialing");
  REQUIRE(shop.invoices(robin).size() == 1);
  CHECK(shop.invoices(robin)[0].status == "paid");
  CHECK(shop.invoices(robin)[0].lines.size() == 1);
}

TEST_CASE("The checkout's event alone is enough to know the subscription") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.buy_unheard(robin, "onDemandPrice");
  const json completed = shop.fresh_event("checkout.session.completed");
  const HttpResponse answer = shop.answer_to(completed);
  CHECK(answer.status == 200);
  CHECK(json::parse(answer.body) == json{{"received", true}});
  CHECK(shop.subscriptions(robin).size() == 1);
}

TEST_CASE("A webhook that is not signed, or no event, is refused and not kept") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.buy_unheard(robin, "onDemandPrice");
  const std::string body = shop.fresh_event("checkout.session.completed").dump();
  const Second now = to_second(shop.world.clock().now());
  const std::string secret = simulation::World::webhook_secret;
  const auto refused = [&](HttpRequest request, const std::string& words) {
    const HttpResponse answer = shop.world.request(request);
    CHECK(answer.status == 400);
    const std::string message = json::parse(answer.body).at("error").at("message");
    CHECK_MESSAGE(message.starts_with(words), message);
  };
  const std::size_t calls = shop.calls.size();
  refused({.method = "POST", .path = "/webhook", .body = body}, "No stripe-signature header");
  refused({.method = "POST", .path = "/webhook"}, "No webhook payload was provided.");
  refused(signed_webhook("whsec_other", now, body), "No signatures found matching");
  refused(signed_webhook(secret, now - std::chrono::seconds(301), body), "Timestamp outside");
  HttpRequest changed = signed_webhook(secret, now, body);
  changed.body += ' ';
  refused(changed, "No signatures found matching");
  for (const char* text : {"[]", "{}", "null", "hello", R"({"id":"evt_1","type":"x"})",
                           R"({"id":7,"type":"x","created":1,"data":{"object":{}}})"}) {
    refused(signed_webhook(secret, now, text), "the body is no event: ");
  }
  CHECK(shop.kept().empty());
  CHECK(shop.calls.size() == calls);
  // Header names are compared without regard to case.
  HttpRequest good = signed_webhook(secret, now, body);
  good.headers[0].name = "stripe-signature";
  CHECK(shop.world.request(good).status == 200);
}

TEST_CASE("A repeat is answered without acting, also after a restart") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.buy_unheard(robin, "onDemandPrice");
  const json created = shop.fresh_event("customer.subscription.created");
  REQUIRE(shop.deliver(created) == 200);
  const std::size_t calls = shop.calls.size();
  CHECK(shop.deliver(created) == 200);
  CHECK(shop.calls.size() == calls);
  shop.world.crash();
  shop.world.boot();
  const std::size_t after_boot = shop.calls.size();
  CHECK(shop.deliver(created) == 200);
  CHECK(shop.calls.size() == after_boot);
  CHECK(shop.kept().size() == 1);
}

TEST_CASE(
    "What could not be acted on is 503, and is done later though Stripe never sends it again") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.buy_unheard(robin, "onDemandPrice");
  const json created = shop.fresh_event("customer.subscription.created");
  int failed = 0;
  shop.weather = [&](const HttpRequest&) {
    ++failed;
    return Network::refuses;
  };
  CHECK(shop.deliver(created) == 503);
  CHECK(failed > 0);
  CHECK(shop.row(created).state == WebhookState::received);
  CHECK(shop.row(created).reason.find("connection refused") != std::string::npos);
  CHECK_MESSAGE(shop.work() == 0, "at once it would fail again");

  // From a second the pause grows, up to five minutes.
  std::chrono::milliseconds pause(0);
  for (int i = 0; i < 12; ++i) {
    const auto due = shop.world.webhooks().next_due();
    REQUIRE(due.has_value());
    REQUIRE(due->has_value());
    const auto left = **due - shop.world.clock().moment();
    CHECK(left >= pause);
    CHECK(left <= std::chrono::minutes(5));
    pause = left;
    shop.world.clock().advance(left);
    CHECK(shop.work() == 1);
  }
  CHECK(pause == std::chrono::minutes(5));

  shop.weather = nullptr;
  shop.world.clock().advance(pause);
  CHECK(shop.work() == 1);
  CHECK(shop.row(created).state == WebhookState::done);
  CHECK(shop.row(created).reason.empty());
  CHECK(shop.subscriptions(robin).size() == 1);
  CHECK_FALSE(shop.world.webhooks().next_due()->has_value());
}

TEST_CASE(
    "Of two deliveries at once one acts, and the other gets no 2xx before the effect is there") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.buy_unheard(robin, "onDemandPrice");
  const json created = shop.fresh_event("customer.subscription.created");
  int nested = 0;
  shop.world.meanwhile = [&] {
    if (nested++ > 0) return;
    CHECK(shop.deliver(created) == 503);
    CHECK(shop.work() == 0);
    CHECK(shop.subscriptions(robin).empty());
  };
  const std::size_t calls = shop.calls.size();
  CHECK(shop.deliver(created) == 200);
  CHECK(nested == 1);
  CHECK(shop.calls.size() == calls + 1);
  CHECK(shop.subscriptions(robin).size() == 1);
  CHECK(shop.deliver(created) == 200);
}

TEST_CASE("An event is on disk before anything is done, and done after a crash") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.buy_unheard(robin, "onDemandPrice");
  const json created = shop.fresh_event("customer.subscription.created");
  shop.world.dies = [](std::string_view point) { return point == "network-before"; };
  CHECK_THROWS_AS(shop.deliver(created), simulation::Crash);
  shop.world.dies = nullptr;
  shop.world.crash();
  shop.world.boot();
  CHECK(shop.row(created).state == WebhookState::received);
  CHECK(shop.subscriptions(robin).empty());
  CHECK(shop.work() == 1);
  CHECK(shop.row(created).state == WebhookState::done);
  CHECK(shop.subscriptions(robin).size() == 1);
}

TEST_CASE("Before the account is known to be ours, events are kept and not acted on") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.buy_unheard(robin, "onDemandPrice");
  const json created = shop.fresh_event("customer.subscription.created");
  shop.world.stop();
  REQUIRE(shop.world.power_on());
  const std::size_t calls = shop.calls.size();
  CHECK(shop.deliver(created) == 503);
  CHECK(shop.calls.size() == calls);
  REQUIRE(shop.world.get_ready());
  CHECK(shop.work() == 1);
  CHECK(shop.row(created).state == WebhookState::done);
}

TEST_CASE("Of customers who are no users here, and of what is not known, nothing is stored") {
  WebhookWorld shop;
  const std::string stranger = shop.stripe("POST", "/v1/customers", "email=kim@example.com")["id"];
  const std::string price = shop.stripe("GET", "/v1/prices?type=recurring")["data"][0]["id"];
  shop.stripe("POST", "/v1/customers/" + stranger, "name=Kim");
  shop.stripe("POST", "/v1/subscriptions",
              "customer=" + stranger + "&items[0][price]=" + price +
                  "&payment_behavior=default_incomplete");
  const std::size_t calls = shop.calls.size();
  shop.deliver_all();
  CHECK(shop.kept().size() > 5);
  for (const InboxRow& each : shop.kept()) CHECK(each.state == WebhookState::done);
  CHECK(shop.calls.size() == calls);
  CHECK(shop.subscriptions(stranger).empty());
  CHECK(shop.invoices(stranger).empty());
}

TEST_CASE("An object that is gone at Stripe ends its events, and a deleted draft is forgotten") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  const std::string draft = shop.stripe("POST", "/v1/invoices", "customer=" + robin).at("id");
  const std::vector<json> made = shop.fresh_events();
  for (const json& each : made) CHECK(shop.deliver(each) == 200);
  REQUIRE(shop.invoices(robin).size() == 1);
  shop.stripe("DELETE", "/v1/invoices/" + draft);
  CHECK(shop.deliver(shop.fresh_event("invoice.deleted")) == 200);
  CHECK(shop.invoices(robin).empty());
  // Whichever comes last.
  for (const json& each : made) {
    json late = each;
    late["id"] = late.at("id").get<std::string>() + "late";
    CHECK(shop.deliver(late) == 200);
  }
  CHECK(shop.invoices(robin).empty());
  json foreign = made.front();
  foreign["id"] = "evt_odd";
  foreign["type"] = "customer.subscription.updated";
  foreign["data"]["object"] = {{"id", "sub_../../x"}, {"customer", robin}};
  CHECK(shop.deliver(foreign) == 200);
}

TEST_CASE(
    "Who was deleted at Stripe signs in as a new customer, and what was subscribed has ended") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.world.buy(robin);
  shop.fresh_events();
  shop.stripe("DELETE", "/v1/customers/" + robin);
  CHECK(shop.deliver(shop.fresh_event("customer.deleted")) == 200);
  REQUIRE(shop.subscriptions(robin).size() == 1);
  CHECK(shop.subscriptions(robin)[0].status == "canceled");
  const std::string again = shop.world.sign_up("robin@example.com");
  CHECK(again != robin);
  CHECK(shop.world.sign_up("robin@example.com") == again);
  CHECK(shop.stripe("GET", "/v1/customers").at("data").size() == 1);
}

TEST_CASE("An end that is heard of after its customer's deletion is stored all the same") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.world.buy(robin);
  shop.fresh_events();
  shop.stripe("DELETE", "/v1/customers/" + robin);
  std::vector<json> events = shop.fresh_events();
  std::ranges::reverse(events);
  for (const json& each : events) CHECK(shop.deliver(each) == 200);
  REQUIRE(shop.subscriptions(robin).size() == 1);
  CHECK(shop.subscriptions(robin)[0].ended_at.has_value());
}

TEST_CASE("An event that is replayed is acted on once more") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  const std::string subscription = shop.buy_unheard(robin, "onDemandPrice");
  const json created = shop.fresh_event("customer.subscription.created");
  const WebhookEventId id(created.at("id").get<std::string>());
  CHECK(shop.world.webhooks().replay(id).error().code == ErrorCode::not_found);
  REQUIRE(shop.deliver(created) == 200);
  shop.stripe("DELETE", "/v1/subscriptions/" + subscription);
  REQUIRE(shop.world.webhooks().replay(id).has_value());
  CHECK(shop.subscriptions(robin)[0].status == "canceled");
  CHECK(shop.row(created).state == WebhookState::done);
  shop.weather = [](const HttpRequest&) { return Network::refuses; };
  CHECK_FALSE(shop.world.webhooks().replay(id).has_value());
  CHECK(shop.row(created).state == WebhookState::received);
}

}  // namespace billing::tests
