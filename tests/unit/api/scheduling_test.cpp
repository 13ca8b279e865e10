// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace billing::tests {
namespace {

using simulation::Network;
using simulation::World;

/// A customer with the on-demand package, a minute after buying it.
struct Scheduling {
  World world{1};
  std::string robin;

  Scheduling() {
    world.boot();
    robin = world.sign_up("robin@example.com");
    world.buy(robin);
    world.clock().advance(std::chrono::minutes(1));
  }
  std::int64_t total() {
    std::int64_t sum = 0;
    for (const auto& [item, seconds] : world.usage_at_stripe()) {
      for (const auto& [second, quantity] : seconds) sum += quantity;
    }
    return sum;
  }
};

std::string scheduling_message(const HttpResponse& response) {
  return nlohmann::json::parse(response.body).at("error").at("message");
}

}  // namespace

TEST_CASE(
    "A click is on disk before it is answered, and its answer changes once: when it settles") {
  Scheduling shop;
  const HttpResponse first = shop.world.click(shop.robin, "click-1");
  CHECK(first.status == 202);
  const auto body = nlohmann::json::parse(first.body);
  CHECK(body.at("usageRecord").is_null());
  CHECK(body.at("event").get<std::string>().starts_with("use_"));
  CHECK(shop.world.click(shop.robin, "click-1").body == first.body);
  shop.world.drain();
  const HttpResponse settled = shop.world.click(shop.robin, "click-1");
  CHECK(settled.status == 200);
  CHECK(nlohmann::json::parse(settled.body)
            .at("usageRecord")
            .get<std::string>()
            .starts_with("mbur_"));
  CHECK(nlohmann::json::parse(settled.body).at("event") == body.at("event"));
  shop.world.clock().advance(std::chrono::hours(24 * 7));
  CHECK(shop.world.click(shop.robin, "click-1").body == settled.body);
  CHECK(shop.total() == 1);
}

TEST_CASE("Each click is a usage of 1 on the same item, on a second of its own") {
  Scheduling shop;
  for (int i = 0; i < 7; ++i) shop.world.click(shop.robin, "click-" + std::to_string(i));
  shop.world.drain();
  const auto usage = shop.world.usage_at_stripe();
  REQUIRE(usage.size() == 1);
  CHECK(usage.begin()->second.size() == 7);
  CHECK(shop.total() == 7);
}

TEST_CASE("Without a subscription a click is refused, and nothing is recorded") {
  World world(1);
  world.boot();
  const std::string robin = world.sign_up("robin@example.com");
  const HttpResponse answer = world.click(robin, "click-1");
  CHECK(answer.status == 409);
  CHECK(scheduling_message(answer).find("no on-demand subscription") != std::string::npos);
  CHECK(world.ledger().totals()->pending == 0);
}

TEST_CASE("The monthly package takes no clicks") {
  World world(1);
  world.boot();
  const std::string robin = world.sign_up("robin@example.com");
  world.buy(robin, "monthlyPrice");
  const HttpResponse answer = world.click(robin, "click-1");
  CHECK(answer.status == 409);
  CHECK(scheduling_message(answer).find("monthly") != std::string::npos);
}

TEST_CASE("A subscription that was canceled takes no clicks") {
  Scheduling shop;
  shop.world.cancel_at_stripe(shop.robin);
  // The page reads the user when it is opened, and with that the end becomes known here.
  shop.world.request({.method = "GET", .path = "/users", .query = {{"user_id", shop.robin}}});
  const HttpResponse answer = shop.world.click(shop.robin, "click-1");
  CHECK(answer.status == 409);
  CHECK(scheduling_message(answer).find("ended") != std::string::npos);
  CHECK(shop.world.ledger().totals()->pending == 0);
}

TEST_CASE("A click that was made before the end, and sent after it, awaits the final invoice") {
  Scheduling shop;
  CHECK(shop.world.click(shop.robin, "click-1").status == 202);
  shop.world.cancel_at_stripe(shop.robin);
  shop.world.drain();
  CHECK(shop.world.click(shop.robin, "click-1").status == 202);
  CHECK(shop.world.ledger().totals()->final_invoice == 1);
  CHECK(shop.total() == 0);
}

TEST_CASE("A click after the end that Stripe refuses is answered so, again and again") {
  Scheduling shop;
  shop.world.cancel_at_stripe(shop.robin);
  shop.world.clock().advance(std::chrono::seconds(2));
  CHECK(shop.world.click(shop.robin, "click-1").status == 202);
  shop.world.drain();
  const HttpResponse answer = shop.world.click(shop.robin, "click-1");
  CHECK(answer.status == 409);
  CHECK(scheduling_message(answer).find("ended before") != std::string::npos);
  CHECK(shop.world.click(shop.robin, "click-1").body == answer.body);
  CHECK(shop.world.ledger().totals()->refused == 1);
  CHECK(shop.total() == 0);
}

TEST_CASE("A subscription that only Stripe knows of costs one read, and the click is taken") {
  Scheduling shop;
  // As if the browser had never come back from the checkout: a data file that has the user alone.
  World elsewhere(1);
  elsewhere.boot();
  const std::string kim = elsewhere.sign_up("kim@example.com");
  const auto offers = elsewhere.request({.method = "GET", .path = "/offerings"});
  const std::string price =
      nlohmann::json::parse(offers.body).at("pairCode").at("onDemandPrice").at("id");
  const auto made = elsewhere.at_stripe("POST", "/v1/subscriptions",
                                        "customer=" + kim + "&items[0][price]=" + price);
  REQUIRE(made.status == 200);
  elsewhere.clock().advance(std::chrono::seconds(5));
  int reads = 0;
  elsewhere.weather = [&](const HttpRequest& request, auto) {
    if (request.path == "/v1/subscriptions") ++reads;
    return Network::carries;
  };
  CHECK(elsewhere.click(kim, "click-1").status == 202);
  CHECK(elsewhere.click(kim, "click-2").status == 202);
  CHECK(reads == 1);
}

TEST_CASE("A malformed key, a missing user and an unknown one are each told apart") {
  Scheduling shop;
  CHECK(shop.world.click(shop.robin, "two words").status == 400);
  CHECK(shop.world.click("../customers/x", "click-1").status == 400);
  CHECK(shop.world.click("", "click-1").status == 400);
  const HttpResponse unknown = shop.world.click("cus_unknown", "click-1");
  CHECK(unknown.status == 404);
  CHECK(scheduling_message(unknown).find("sign in") != std::string::npos);
  CHECK(shop.world.ledger().totals()->pending == 0);
}

}  // namespace billing::tests
