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

struct Portal {
  World world{1};
  std::string robin;

  Portal() {
    world.boot();
    robin = world.sign_up("robin@example.com");
  }
  HttpResponse open(const std::string& user, const std::string& body = "") {
    return world.request(
        {.method = "POST", .path = "/users/portal", .query = {{"user_id", user}}, .body = body});
  }
  json configuration() {
    const json all =
        json::parse(world.at_stripe("GET", "/v1/billing_portal/configurations").body).at("data");
    REQUIRE(all.size() == 1);
    return all[0];
  }
};

}  // namespace

TEST_CASE("The portal opens with the catalog's configuration, whatever the body says") {
  Portal shop;
  const std::string configuration = shop.configuration().at("id");
  for (const std::string body : {"", R"({"priceType": "monthly"})", "{}", "no JSON at all"}) {
    CAPTURE(body);
    const HttpResponse answer = shop.open(shop.robin, body);
    REQUIRE(answer.status == 200);
    const json opened = json::parse(answer.body);
    CHECK(opened.size() == 2);
    CHECK(opened.at("configuration") == configuration);
    CHECK(opened.at("url").get<std::string>().starts_with("http"));
  }
}

TEST_CASE("The portal is opened for somebody who signed in, and for nobody else") {
  Portal shop;
  CHECK(shop.open("cus_unknown").status == 404);
  CHECK(shop.open("").status == 400);
  CHECK(shop.open("cus_a/../x").status == 400);
}

TEST_CASE("The portal is known again after a restart, before Stripe has answered") {
  Portal shop;
  shop.world.crash();
  REQUIRE(shop.world.power_on());
  CHECK(json::parse(shop.open(shop.robin).body).at("configuration") ==
        shop.configuration().at("id"));
}

TEST_CASE("Before the portal is known the answer says what to do, and nobody asks Stripe") {
  World world(1);
  REQUIRE(world.power_on());
  const std::string robin = world.sign_up("robin@example.com");
  int calls = 0;
  world.weather = [&](const HttpRequest&, auto) {
    ++calls;
    return Network::carries;
  };
  const HttpResponse answer =
      world.request({.method = "POST", .path = "/users/portal", .query = {{"user_id", robin}}});
  CHECK(answer.status == 503);
  CHECK(json::parse(answer.body)
            .at("error")
            .at("message")
            .get<std::string>()
            .find("billing provision") != std::string::npos);
  CHECK(calls == 0);
}

TEST_CASE("While Stripe is down the portal's answer says to try again") {
  Portal shop;
  int lost = 0;
  shop.world.weather = [&](const HttpRequest&, auto) {
    ++lost;
    return Network::loses_request;
  };
  const HttpResponse answer = shop.open(shop.robin);
  CHECK(answer.status == 503);
  CHECK(json::parse(answer.body).at("error").at("message").get<std::string>().find("try again") !=
        std::string::npos);
  CHECK(lost > 0);
}

}  // namespace billing::tests
