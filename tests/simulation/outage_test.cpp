// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

namespace billing::tests {
namespace {

using simulation::Network;
using simulation::World;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr double rate = 20;
constexpr int people = 20;
constexpr int clicks_each = 60;

/// Twenty customers of a machine that may call Stripe twenty times a second.
struct Shop {
  World world{{.seed = 1, .stripe_rate = rate}};
  std::vector<std::string> customers;

  Shop() {
    world.boot();
    for (int i = 0; i < people; ++i) {
      customers.push_back(world.sign_up("person" + std::to_string(i) + "@example.com"));
      world.buy(customers.back());
    }
  }
};

}  // namespace

TEST_CASE("What gathered in a day's outage is delivered at the allowed rate, and no faster") {
  Shop shop;
  World& world = shop.world;
  int refused = 0;
  world.weather = [&](const HttpRequest&, auto) {
    ++refused;
    return Network::refuses;
  };
  for (int i = 0; i < clicks_each; ++i) {
    world.clock().advance(minutes(24 * 60) / clicks_each);
    for (const std::string& customer : shop.customers) {
      CHECK(world.click(customer, "click-" + std::to_string(i)).status == 202);
    }
    while (world.deliver_once()) {
    }
  }
  CHECK(refused > 0);
  CHECK_MESSAGE(refused < clicks_each * 20, "Stripe is not hammered while it is down");

  const Moment healed = world.clock().moment();
  std::map<std::int64_t, int> sends;
  world.weather = [&](const HttpRequest&, auto) {
    ++sends[(world.clock().moment() - healed) / seconds(1)];
    return Network::carries;
  };
  world.drain();
  const auto took = world.clock().moment() - healed;
  constexpr int burst = 5;
  for (const auto& [second, times] : sends) {
    CAPTURE(second);
    CHECK(times <= static_cast<int>(rate) + burst);
  }
  CHECK(took >= seconds(people * clicks_each / 20 - 1));
  CHECK(took <= minutes(5));
  CHECK(world.ledger().totals()->delivered == people * clicks_each);
}

TEST_CASE("A person's call goes first, though delivery could use every call that is allowed") {
  Shop shop;
  World& world = shop.world;
  world.clock().advance(hours(1));
  for (int i = 0; i < 10; ++i) {
    for (const std::string& customer : shop.customers) {
      CHECK(world.click(customer, "click-" + std::to_string(i)).status == 202);
    }
  }
  while (world.deliver_once()) {
  }
  CHECK_MESSAGE(world.ledger().totals()->pending > 0, "the limit holds delivery back");
  const Moment before = world.clock().moment();
  const HttpResponse answer = world.request(
      {.method = "GET", .path = "/users", .query = {{"user_id", shop.customers.front()}}});
  CHECK(answer.status == 200);
  CHECK(world.clock().moment() == before);
}

}  // namespace billing::tests
