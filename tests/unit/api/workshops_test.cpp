// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_client.hpp>

#include "simulation/world.hpp"
#include "support/collecting_observer.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace billing::tests {
namespace {

using simulation::Network;
using simulation::World;

/// A customer with a package, a minute after buying it.
struct WorkshopShop {
  World world{1};
  SeededEntropy entropy{1};
  CollectingObserver observer;
  stripe::Client client{
      world.network(), world.clock(), entropy, observer, {.secret_key = "sk_test_simulation"}};
  std::string robin;

  explicit WorkshopShop(const char* package = "onDemandPrice") {
    world.boot();
    robin = world.sign_up("robin@example.com");
    if (package != nullptr) world.buy(robin, package);
    world.clock().advance(std::chrono::minutes(1));
  }

  HttpResponse press(const std::string& body, const std::string& key = "press-1") {
    return world.request({.method = "POST",
                          .path = "/offerings/workshop",
                          .query = {{"user_id", robin}},
                          .headers = {{"Idempotency-Key", key}},
                          .body = body});
  }
  std::vector<stripe::InvoiceItem> items() {
    return client.invoice_items(CustomerId(robin)).value();
  }
  Subscription subscription() { return client.subscriptions(CustomerId(robin)).value().front(); }
  std::size_t recorded() { return world.ledger().list({})->size(); }
};

const std::string for_six = R"({"attendees": 6})";

std::string workshop_message(const HttpResponse& response) {
  return nlohmann::json::parse(response.body).at("error").at("message");
}

}  // namespace

TEST_CASE("A workshop is on disk before it is answered, and its answer changes once") {
  WorkshopShop shop;
  const HttpResponse first = shop.press(for_six);
  CHECK(first.status == 202);
  const auto body = nlohmann::json::parse(first.body);
  CHECK(body.at("subscription") == shop.subscription().id.text());
  CHECK(body.at("event").get<std::string>().starts_with("use_"));
  CHECK(shop.press(for_six).body == first.body);
  CHECK(shop.recorded() == 1);
  shop.world.drain();
  const HttpResponse settled = shop.press(for_six);
  CHECK(settled.status == 200);
  const auto settled_body = nlohmann::json::parse(settled.body);
  CHECK(settled_body.at("subscription") == body.at("subscription"));
  CHECK(settled_body.at("event") == body.at("event"));
  REQUIRE(shop.items().size() == 1);
  CHECK(settled_body.at("invoiceItem") == shop.items().front().id.text());
  shop.world.clock().advance(std::chrono::hours(24 * 40));
  CHECK(shop.press(for_six).body == settled.body);
  shop.world.drain();
  CHECK(shop.items().size() == 1);
}

TEST_CASE("A workshop for six is 6 × $80.00 on the next invoice, of either package") {
  for (const char* package : {"onDemandPrice", "monthlyPrice"}) {
    CAPTURE(package);
    WorkshopShop shop(package);
    REQUIRE(shop.press(for_six).status == 202);
    shop.world.drain();
    REQUIRE(shop.items().size() == 1);
    const stripe::InvoiceItem item = shop.items().front();
    CHECK(item.subscription == shop.subscription().id);
    CHECK(item.metadata.at("challenge_id") == "simulated-green-narwhal");
    const auto coming = shop.client.upcoming_invoice(item.subscription);
    REQUIRE(coming);
    const InvoiceLine* seats = nullptr;
    for (const InvoiceLine& each : coming->lines) {
      if (each.invoice_item == item.id) seats = &each;
    }
    REQUIRE(seats != nullptr);
    CHECK(seats->description == "/dev/chat Workshop");
    CHECK(seats->quantity == 6);
    CHECK(seats->amount.minor == 6 * 8000);
    const bool monthly = package == std::string("monthlyPrice");
    CHECK(coming->total.minor == 6 * 8000 + (monthly ? 6000 : 0));
  }
}

TEST_CASE("Attendees are a whole number from 1 to 100, and nothing else is recorded") {
  WorkshopShop shop;
  for (const char* value : {"0", "-1", "101", "6.5", "6.0", "\"6\"", "true", "null", "[6]", "1e99",
                            "18446744073709551615"}) {
    CAPTURE(value);
    const HttpResponse answer = shop.press(std::string(R"({"attendees": )") + value + "}");
    CHECK(answer.status == 400);
    CHECK(workshop_message(answer).find("attendees") != std::string::npos);
  }
  for (const char* body : {"", "{}", "6", "attendees=6", "{\"attendees\": "}) {
    CAPTURE(body);
    CHECK(shop.press(body).status == 400);
    CHECK(workshop_message(shop.press(body)).find("attendees") != std::string::npos);
  }
  CHECK(shop.recorded() == 0);
  CHECK(shop.press(R"({"attendees": 1})", "least").status == 202);
  CHECK(shop.press(R"({"attendees": 100})", "most").status == 202);
}

TEST_CASE("A key stands for one workshop of one size, and for nothing else") {
  WorkshopShop shop;
  REQUIRE(shop.press(for_six, "key-1").status == 202);
  CHECK(shop.press(R"({"attendees": 7})", "key-1").status == 409);
  CHECK(shop.world.click(shop.robin, "key-1").status == 409);
  REQUIRE(shop.world.click(shop.robin, "key-2").status == 202);
  const HttpResponse other = shop.press(R"({"attendees": 1})", "key-2");
  CHECK(other.status == 409);
  CHECK(workshop_message(other).find("Idempotency-Key") != std::string::npos);
  CHECK(shop.press(for_six, "two words").status == 400);
  CHECK(shop.recorded() == 2);
}

TEST_CASE("Without a live subscription a workshop is refused, and nothing is recorded") {
  WorkshopShop shop(nullptr);
  const HttpResponse none = shop.press(for_six);
  CHECK(none.status == 409);
  CHECK(workshop_message(none).find("buy a package") != std::string::npos);
  shop.world.buy(shop.robin);
  shop.world.cancel_at_stripe(shop.robin);
  // The page reads the user when it is opened, and with that the end becomes known here.
  shop.world.request({.method = "GET", .path = "/users", .query = {{"user_id", shop.robin}}});
  const HttpResponse ended = shop.press(for_six);
  CHECK(ended.status == 409);
  CHECK(workshop_message(ended).find("canceled") != std::string::npos);
  CHECK(shop.recorded() == 0);
}

TEST_CASE("Who never paid for a subscription can't book on it; who pays late can") {
  WorkshopShop shop;
  for (const char* status : {"incomplete", "incomplete_expired", "past_due", "trialing"}) {
    CAPTURE(status);
    Subscription changed = shop.subscription();
    changed.status = status;
    shop.world.crash();
    shop.world.boot();
    REQUIRE(shop.world.store().remember(changed));
    shop.world.weather = [](const HttpRequest&, auto) { return Network::refuses; };
    const bool live = status == std::string("past_due") || status == std::string("trialing");
    CHECK(shop.press(for_six, status).status == (live ? 202 : 503));
    shop.world.weather = nullptr;
  }
}

TEST_CASE("A workshop on a subscription that only Stripe knows of costs one read") {
  WorkshopShop shop(nullptr);
  const auto offers = shop.world.request({.method = "GET", .path = "/offerings"});
  const std::string price =
      nlohmann::json::parse(offers.body).at("pairCode").at("onDemandPrice").at("id");
  REQUIRE(shop.world
              .at_stripe("POST", "/v1/subscriptions",
                         "customer=" + shop.robin + "&items[0][price]=" + price)
              .status == 200);
  int reads = 0;
  shop.world.weather = [&](const HttpRequest& request, auto) {
    if (request.path == "/v1/subscriptions") ++reads;
    return Network::carries;
  };
  CHECK(shop.press(for_six, "press-1").status == 202);
  CHECK(shop.press(for_six, "press-2").status == 202);
  CHECK(reads == 1);
}

TEST_CASE("A workshop from before the end awaits the final invoice; one from after is refused") {
  WorkshopShop shop;
  CHECK(shop.press(for_six, "before").status == 202);
  shop.world.cancel_at_stripe(shop.robin);
  shop.world.clock().advance(std::chrono::seconds(2));
  CHECK(shop.press(for_six, "after").status == 202);
  shop.world.drain();
  const HttpResponse after = shop.press(for_six, "after");
  CHECK(after.status == 409);
  CHECK(workshop_message(after) ==
        "the workshop was not registered: the subscription had ended before the click");
  const HttpResponse before = shop.press(for_six, "before");
  CHECK(before.status == 202);
  CHECK_FALSE(nlohmann::json::parse(before.body).contains("invoiceItem"));
  CHECK(shop.world.ledger().totals()->final_invoice == 1);
  CHECK(shop.world.ledger().totals()->refused == 1);
  CHECK(shop.items().empty());
}

}  // namespace billing::tests
