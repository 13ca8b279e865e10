// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <set>
#include <string>

namespace billing::tests {
namespace {

using nlohmann::json;
using simulation::Network;
using simulation::World;

struct Users {
  World world{1};
  Users() { world.boot(); }

  json read(const Parameters& query, int status = 200) {
    const auto answer = world.request({.method = "GET", .path = "/users", .query = query});
    CHECK(answer.status == status);
    return json::parse(answer.body);
  }
  std::size_t customers() {
    return json::parse(world.at_stripe("GET", "/v1/customers").body).at("data").size();
  }
};

}  // namespace

TEST_CASE("The same e-mail is always the same user") {
  Users shop;
  const std::string robin = shop.world.sign_up("robin@example.com");
  CHECK(shop.world.sign_up(" robin@EXAMPLE.com ") == robin);
  shop.world.crash();
  shop.world.boot();
  CHECK(shop.world.sign_up("robin@example.com") == robin);
  CHECK(shop.customers() == 1);
}

TEST_CASE("A sign-up whose answer is lost makes one customer, however often it is repeated") {
  Users shop;
  int lost = 0;
  shop.world.weather = [&](const HttpRequest& request, auto) {
    if (request.method != "POST" || lost == 3) return Network::carries;
    ++lost;
    return Network::loses_answer;
  };
  const HttpRequest sign_up{
      .method = "POST", .path = "/users", .body = R"({"email": "robin@example.com"})"};
  CHECK(shop.world.request(sign_up).status == 503);
  CHECK(lost == 3);
  CHECK(shop.world.request(sign_up).status == 200);
  CHECK(shop.customers() == 1);
}

TEST_CASE("A customer of an older data file is found at Stripe") {
  Users shop;
  const auto made = shop.world.at_stripe(
      "POST", "/v1/customers",
      "email=robin@example.com&metadata[challenge_id]=simulated-green-narwhal");
  const auto foreign = shop.world.at_stripe("POST", "/v1/customers", "email=kim@example.com");
  REQUIRE(made.status == 200);
  REQUIRE(foreign.status == 200);
  CHECK(shop.world.sign_up("robin@example.com") == json::parse(made.body).at("id"));
  CHECK_MESSAGE(shop.world.sign_up("kim@example.com") != json::parse(foreign.body).at("id"),
                "a customer without our challenge id is somebody else's");
}

TEST_CASE("A user is told with the subscription that the checkout brought") {
  Users shop;
  const std::string robin = shop.world.sign_up("robin@example.com");
  const json before = shop.read({{"user_id", robin}}).at("user");
  CHECK(before == json{{"id", robin}, {"email", "robin@example.com"}});
  shop.world.buy(robin);
  const json after = shop.read({{"user_id", robin}}).at("user");
  CHECK(after.at("subscription").at("type") == "ondemand");
  CHECK(after.at("subscription").at("status") == "active");
  const std::string kim = shop.world.sign_up("kim@example.com");
  shop.world.buy(kim, "monthlyPrice");
  CHECK(shop.read({{"user_id", kim}}).at("user").at("subscription").at("type") == "monthly");
}

TEST_CASE("What is known of a user is told while Stripe is down") {
  Users shop;
  const std::string robin = shop.world.sign_up("robin@example.com");
  shop.world.buy(robin);
  int lost = 0;
  shop.world.weather = [&](const HttpRequest&, auto) {
    ++lost;
    return Network::loses_request;
  };
  CHECK(shop.read({{"user_id", robin}}).at("user").contains("subscription"));
  CHECK(lost > 0);
}

TEST_CASE("A Checkout Session of another customer is refused") {
  Users shop;
  const std::string robin = shop.world.sign_up("robin@example.com");
  const std::string kim = shop.world.sign_up("kim@example.com");
  shop.world.buy(robin);
  const json sessions = json::parse(shop.world.at_stripe("GET", "/v1/checkout/sessions").body);
  const std::string session = sessions.at("data").at(0).at("id");
  shop.read({{"user_id", kim}, {"session_id", session}}, 403);
  CHECK_FALSE(shop.read({{"user_id", kim}}).at("user").contains("subscription"));
  shop.read({{"user_id", kim}, {"session_id", "cs_test_a/../x"}}, 400);
  shop.read({{"user_id", kim}, {"session_id", "cs_test_unknown"}}, 404);
}

TEST_CASE("What is not there is told from a wrong method") {
  Users shop;
  const auto status = [&](const char* method, const char* path) {
    return shop.world.request({.method = method, .path = path}).status;
  };
  CHECK(status("GET", "/nowhere") == 404);
  CHECK(status("DELETE", "/users") == 405);
}

}  // namespace billing::tests
