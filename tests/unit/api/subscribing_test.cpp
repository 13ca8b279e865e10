// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace billing::tests {
namespace {

using nlohmann::json;
using simulation::Network;
using simulation::World;

struct Subscribing {
  World world{1};
  std::string robin;

  Subscribing() {
    world.boot();
    robin = world.sign_up("robin@example.com");
  }
  std::string price(const char* group, const char* name) {
    const auto answer = world.request({.method = "GET", .path = "/offerings"});
    return json::parse(answer.body).at(group).at(name).at("id");
  }
  HttpResponse buy(const std::string& body, const std::string& user) {
    return world.request({.method = "POST",
                          .path = "/offerings/paircode",
                          .query = {{"user_id", user}},
                          .body = body});
  }
  json at_stripe(const std::string& target) {
    return json::parse(world.at_stripe("GET", target).body);
  }
};

std::string subscribing_message(const HttpResponse& response) {
  return json::parse(response.body).at("error").at("message");
}

}  // namespace

TEST_CASE("The on-demand package is bought without quantity and without trial") {
  Subscribing shop;
  shop.world.buy(shop.robin);
  const json subscription = shop.at_stripe("/v1/subscriptions?customer=" + shop.robin)["data"][0];
  CHECK(subscription["status"] == "active");
  CHECK(subscription["trial_end"].is_null());
  CHECK(subscription["metadata"]["challenge_id"] == "simulated-green-narwhal");
  CHECK_FALSE(subscription["items"]["data"][0].contains("quantity"));
  const json session = shop.at_stripe("/v1/checkout/sessions?customer=" + shop.robin)["data"][0];
  CHECK(session["metadata"]["challenge_id"] == "simulated-green-narwhal");
  CHECK(session["success_url"] ==
        "http://localhost:4242/dashboard?session_id={CHECKOUT_SESSION_ID}");
  CHECK(session["cancel_url"] == "http://localhost:4242/dashboard");
}

TEST_CASE("The monthly package is bought once, with three days of trial and a card") {
  Subscribing shop;
  shop.world.buy(shop.robin, "monthlyPrice");
  const json subscription = shop.at_stripe("/v1/subscriptions?customer=" + shop.robin)["data"][0];
  CHECK(subscription["status"] == "trialing");
  CHECK(subscription["trial_end"].get<int>() - subscription["trial_start"].get<int>() ==
        3 * 24 * 60 * 60);
  CHECK(subscription["items"]["data"][0]["quantity"] == 1);
  CHECK_FALSE(subscription["default_payment_method"].is_null());
}

TEST_CASE("Each way to ask wrongly is answered with what to do") {
  Subscribing shop;
  const std::string good = json{{"price", shop.price("pairCode", "onDemandPrice")}}.dump();
  struct Case {
    std::string body;
    std::string user;
    int status;
    const char* says;
  };
  const std::vector<Case> cases = {
      {"", shop.robin, 400, "JSON object"},
      {"[]", shop.robin, 400, "JSON object"},
      {"{}", shop.robin, 400, "price is missing"},
      {R"({"price": 7})", shop.robin, 400, "price has to be a text"},
      {R"({"price": "../prices/x"})", shop.robin, 400, "price is not an id"},
      {R"({"price": "price_unknown"})", shop.robin, 400, "GET /offerings"},
      {json{{"price", shop.price("workshop", "perSeatPrice")}}.dump(), shop.robin, 400, "package"},
      {good, "cus_unknown", 404, "sign in"},
      {good, "", 400, "user_id is missing"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.body);
    CAPTURE(each.user);
    const HttpResponse answer = shop.buy(each.body, each.user);
    CHECK(answer.status == each.status);
    CHECK(subscribing_message(answer).find(each.says) != std::string::npos);
  }
  CHECK(shop.at_stripe("/v1/checkout/sessions")["data"].empty());
}

TEST_CASE("Who is subscribed can't buy again, and who has ended can") {
  Subscribing shop;
  shop.world.buy(shop.robin);
  const std::string body = json{{"price", shop.price("pairCode", "monthlyPrice")}}.dump();
  const HttpResponse refused = shop.buy(body, shop.robin);
  CHECK(refused.status == 409);
  CHECK(subscribing_message(refused).find("subscribed already") != std::string::npos);
  shop.world.cancel_at_stripe(shop.robin);
  CHECK(shop.buy(body, shop.robin).status == 200);
}

TEST_CASE("Opening a checkout ends the customer's other open ones") {
  Subscribing shop;
  const std::string body = json{{"price", shop.price("pairCode", "onDemandPrice")}}.dump();
  for (int i = 0; i < 3; ++i) REQUIRE(shop.buy(body, shop.robin).status == 200);
  const std::string of_robin = "/v1/checkout/sessions?customer=" + shop.robin;
  CHECK(shop.at_stripe(of_robin + "&status=open")["data"].size() == 1);
  CHECK(shop.at_stripe(of_robin + "&status=expired")["data"].size() == 2);
}

TEST_CASE("While Stripe is down nothing is bought, and the answer says to try again") {
  Subscribing shop;
  const std::string body = json{{"price", shop.price("pairCode", "onDemandPrice")}}.dump();
  int lost = 0;
  shop.world.weather = [&](const HttpRequest&, auto) {
    ++lost;
    return Network::loses_request;
  };
  const HttpResponse answer = shop.buy(body, shop.robin);
  CHECK(answer.status == 503);
  CHECK(subscribing_message(answer).find("try again") != std::string::npos);
  CHECK(lost > 0);
}

}  // namespace billing::tests
