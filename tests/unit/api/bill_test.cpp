// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>

namespace billing::tests {
namespace {

using nlohmann::json;
using simulation::Network;
using simulation::World;

/// A customer with a package, a minute after buying it.
struct Billing {
  World world{1};
  std::string robin;

  explicit Billing(const std::string& package = "onDemandPrice") {
    world.boot();
    robin = world.sign_up("robin@example.com");
    world.buy(robin, package);
    world.clock().advance(std::chrono::minutes(1));
  }
  json bill() {
    const auto answer =
        world.request({.method = "GET", .path = "/users/bill", .query = {{"user_id", robin}}});
    REQUIRE(answer.status == 200);
    return json::parse(answer.body);
  }
  void visit() {
    world.request({.method = "GET", .path = "/users", .query = {{"user_id", robin}}});
  }
  json at_stripe(const std::string& method, const std::string& target,
                 const std::string& body = {}) {
    const auto answer = world.at_stripe(method, target, body);
    REQUIRE(answer.status == 200);
    return json::parse(answer.body);
  }
  void workshop(int attendees) {
    const json subscription = at_stripe("GET", "/v1/subscriptions?customer=" + robin)["data"][0];
    const auto offers = world.request({.method = "GET", .path = "/offerings"});
    const std::string price = json::parse(offers.body).at("workshop").at("perSeatPrice").at("id");
    at_stripe("POST", "/v1/invoiceitems",
              "customer=" + robin + "&subscription=" + subscription.at("id").get<std::string>() +
                  "&price=" + price + "&quantity=" + std::to_string(attendees));
  }
};

json usd(int cents) {
  return {{"amount", cents}, {"currency", "usd"}};
}

std::int64_t seconds_of(Instant instant) {
  return to_second(instant).time_since_epoch().count();
}

}  // namespace

TEST_CASE("A bill counts what was used in the period, whether it is at Stripe yet or not") {
  Billing shop;
  shop.world.click(shop.robin, "click-1");
  shop.world.drain();
  shop.world.click(shop.robin, "click-2");
  const json bill = shop.bill();
  CHECK(bill.at("fresh") == true);
  CHECK(bill.at("usage") == json{{"sessions", 2}, {"amount", usd(16'000)}});
  CHECK(bill.at("pending") == 1);
  CHECK(bill.at("upcoming").at("total") == usd(8'000));
  CHECK(bill.at("upcoming").at("due") == bill.at("period").at("end"));
  shop.world.drain();
  CHECK(shop.bill().at("pending") == 0);
  CHECK(shop.bill().at("upcoming").at("total") == usd(16'000));
}

TEST_CASE("A new period begins with no usage, and the last one's is on an invoice") {
  Billing shop;
  shop.world.click(shop.robin, "click-1");
  shop.world.drain();
  const json before = shop.bill();
  shop.world.clock().advance(std::chrono::hours(24 * 31 + 2));
  const json after = shop.bill();
  CHECK(after.at("period").at("start") == before.at("period").at("end"));
  CHECK(after.at("usage") == json{{"sessions", 0}, {"amount", usd(0)}});
  const json newest = after.at("invoices").at(0);
  CHECK(newest.at("total") == usd(8'000));
  CHECK(newest.at("status") == "paid");
  CHECK(newest.at("amountRemaining") == usd(0));
  CHECK(newest.at("url").get<std::string>().starts_with("http"));
  CHECK(newest.at("number").is_string());
}

TEST_CASE("A workshop's seats are told one by one on the coming invoice") {
  Billing shop;
  shop.workshop(6);
  const json upcoming = shop.bill().at("upcoming");
  CHECK(upcoming.at("total") == usd(48'000));
  int found = 0;
  for (const json& line : upcoming.at("lines")) {
    if (line.at("amount") != usd(48'000)) continue;
    ++found;
    CHECK(line.at("quantity") == 6);
    CHECK(line.at("unit") == usd(8'000));
    CHECK(line.at("description").get<std::string>().find("Workshop") != std::string::npos);
  }
  CHECK(found == 1);
}

TEST_CASE("While Stripe is down a bill is told as it is known, with what is on its way") {
  Billing shop;
  shop.world.click(shop.robin, "click-1");
  shop.world.drain();
  const json before = shop.bill();
  int refused = 0;
  shop.world.weather = [&](const HttpRequest&, auto) {
    ++refused;
    return Network::refuses;
  };
  shop.world.click(shop.robin, "click-2");
  const json bill = shop.bill();
  CHECK(refused == 1);
  CHECK(bill.at("fresh") == false);
  CHECK(bill.at("upcoming").is_null());
  CHECK(bill.at("usage") == json{{"sessions", 2}, {"amount", usd(16'000)}});
  CHECK(bill.at("pending") == 1);
  CHECK(bill.at("invoices") == before.at("invoices"));
  CHECK(bill.at("subscription") == before.at("subscription"));
  CHECK(shop.bill() == bill);
  CHECK_MESSAGE(refused == 1, "Stripe is left alone once it is known to fail");
}

TEST_CASE("A bill that brings nothing new writes nothing to the disk") {
  Billing shop;
  shop.world.click(shop.robin, "click-1");
  shop.world.drain();
  int synced = 0;
  shop.world.wear = [&](simulation::Effect effect, std::string_view) {
    if (effect == simulation::Effect::sync) ++synced;
    return simulation::Fate::happens;
  };
  CHECK(shop.bill().at("invoices").size() == 1);
  CHECK_MESSAGE(synced > 0, "what Stripe knows is stored");
  synced = 0;
  CHECK(shop.bill().at("fresh") == true);
  CHECK(synced == 0);
}

TEST_CASE("A bill waits for Stripe three seconds at most") {
  Billing shop;
  int slow = 0;
  shop.world.weather = [&](const HttpRequest&, std::chrono::milliseconds timeout) {
    ++slow;
    shop.world.clock().advance(std::min(timeout, std::chrono::milliseconds(2'000)));
    return timeout < std::chrono::milliseconds(2'000) ? Network::loses_answer : Network::carries;
  };
  const Moment before = shop.world.clock().moment();
  const json bill = shop.bill();
  CHECK(shop.world.clock().moment() - before <= std::chrono::milliseconds(3'000));
  CHECK(slow == 2);
  CHECK(bill.at("fresh") == false);
  CHECK(bill.at("upcoming").is_null());
}

TEST_CASE("Past a period's end that could not be read, usage is counted from there on") {
  Billing shop;
  shop.world.click(shop.robin, "click-1");
  shop.world.drain();
  const json before = shop.bill();
  int refused = 0;
  shop.world.weather = [&](const HttpRequest&, auto) {
    ++refused;
    return Network::refuses;
  };
  shop.world.clock().advance(std::chrono::hours(24 * 32));
  shop.world.click(shop.robin, "click-2");
  const json bill = shop.bill();
  CHECK(refused > 0);
  CHECK(bill.at("period") == json{{"start", before.at("period").at("end")}, {"end", nullptr}});
  CHECK(bill.at("usage") == json{{"sessions", 1}, {"amount", usd(8'000)}});
}

TEST_CASE("A subscription and invoices that only Stripe knows of are on the bill") {
  Billing shop;
  World& world = shop.world;
  const std::string kim = world.sign_up("kim@example.com");
  shop.robin = kim;
  const json nothing = shop.bill();
  CHECK(nothing.at("fresh") == true);
  CHECK(nothing.at("subscription").is_null());
  CHECK(nothing.at("period").is_null());
  CHECK(nothing.at("usage").is_null());
  CHECK(nothing.at("invoices").empty());
  CHECK(nothing.at("open").is_null());
  const auto offers = world.request({.method = "GET", .path = "/offerings"});
  const std::string price = json::parse(offers.body).at("pairCode").at("onDemandPrice").at("id");
  const json made =
      shop.at_stripe("POST", "/v1/subscriptions", "customer=" + kim + "&items[0][price]=" + price);
  const json bill = shop.bill();
  CHECK(bill.at("subscription").at("id") == made.at("id"));
  CHECK(bill.at("usage").at("sessions") == 0);
  CHECK(bill.at("invoices").size() == 1);
}

TEST_CASE("The monthly package bills no usage, and tells when its trial ends") {
  Billing shop("monthlyPrice");
  const json bill = shop.bill();
  CHECK(bill.at("usage").is_null());
  CHECK(bill.at("subscription").at("status") == "trialing");
  CHECK(bill.at("subscription").at("trialEnd") == bill.at("period").at("end"));
  CHECK(bill.at("upcoming").at("total") == usd(6'000));
}

TEST_CASE("A price that is for sale no more still tells what its sessions cost") {
  Billing shop;
  const auto offers = shop.world.request({.method = "GET", .path = "/offerings"});
  const json old = json::parse(offers.body).at("pairCode").at("onDemandPrice");
  shop.at_stripe(
      "POST", "/v1/prices",
      "product=" + json::parse(offers.body).at("pairCode").at("productId").get<std::string>() +
          "&currency=usd&unit_amount=9000&recurring[interval]=month"
          "&recurring[usage_type]=metered&transfer_lookup_key=true&lookup_key=" +
          old.at("lookup_key").get<std::string>());
  shop.world.stop();
  REQUIRE(shop.world.power_on());
  shop.world.get_ready();
  const auto now = shop.world.request({.method = "GET", .path = "/offerings"});
  REQUIRE(json::parse(now.body).at("pairCode").at("onDemandPrice").at("unit_amount") == 9'000);
  shop.world.click(shop.robin, "click-1");
  CHECK(shop.bill().at("usage") == json{{"sessions", 1}, {"amount", usd(8'000)}});
}

TEST_CASE("A bill tells of a final invoice from the end on, until it is paid, and after") {
  Billing shop;
  shop.world.click(shop.robin, "click-1");
  shop.world.click(shop.robin, "click-2");
  shop.world.drain();
  CHECK(shop.bill().at("final").is_null());
  shop.world.cancel_at_stripe(shop.robin);
  shop.visit();
  CHECK(shop.bill().at("final") == json{{"invoice", nullptr}});
  shop.world.finish_final_invoices();
  const json bill = shop.bill();
  const json made = bill.at("final").at("invoice");
  CHECK(made.at("total") == usd(16'000));
  CHECK(made.at("status") == "paid");
  CHECK(made == bill.at("invoices").at(0));
  shop.world.weather = [](const HttpRequest&, auto) { return Network::refuses; };
  const json known = shop.bill();
  CHECK(known.at("fresh") == false);
  CHECK(known.at("final").at("invoice") == made);
}

TEST_CASE("Where nothing was owed at the end, there is no final invoice on the bill") {
  Billing shop;
  shop.world.cancel_at_stripe(shop.robin);
  shop.visit();
  shop.world.finish_final_invoices();
  CHECK(shop.bill().at("final").is_null());
}

TEST_CASE("A bill of an ended subscription has its last usage, and no coming invoice") {
  Billing shop;
  shop.world.click(shop.robin, "click-1");
  shop.world.click(shop.robin, "click-2");
  shop.world.drain();
  shop.world.cancel_at_stripe(shop.robin);
  shop.visit();
  const std::int64_t end = seconds_of(shop.world.clock().now());
  shop.world.clock().advance(std::chrono::minutes(5));
  const json bill = shop.bill();
  CHECK(bill.at("subscription").at("status") == "canceled");
  CHECK(bill.at("subscription").at("endedAt") == end);
  CHECK(bill.at("period").at("end") == end);
  CHECK(bill.at("usage") == json{{"sessions", 2}, {"amount", usd(16'000)}});
  CHECK(bill.at("upcoming").is_null());
  CHECK(bill.at("fresh") == true);
}

TEST_CASE("A session that was refused is on no bill") {
  Billing shop;
  shop.world.cancel_at_stripe(shop.robin);
  shop.world.clock().advance(std::chrono::seconds(2));
  CHECK(shop.world.click(shop.robin, "click-1").status == 202);
  shop.world.drain();
  shop.visit();
  REQUIRE(shop.world.ledger().totals()->refused == 1);
  CHECK(shop.bill().at("usage").at("sessions") == 0);
}

TEST_CASE("The newest invoice that is to be paid stands out, with what is open of it") {
  Billing shop;
  const std::string subscription =
      shop.at_stripe("GET", "/v1/subscriptions?customer=" + shop.robin)["data"][0].at("id");
  const json card = shop.at_stripe("POST", "/v1/payment_methods",
                                   "type=card&card[number]=4000000000000341&card[exp_month]=12"
                                   "&card[exp_year]=2040&card[cvc]=123");
  const std::string method = card.at("id");
  shop.at_stripe("POST", "/v1/payment_methods/" + method + "/attach", "customer=" + shop.robin);
  shop.at_stripe("POST", "/v1/subscriptions/" + subscription, "default_payment_method=" + method);
  shop.world.click(shop.robin, "click-1");
  shop.world.drain();
  CHECK(shop.bill().at("open").is_null());
  shop.world.clock().advance(std::chrono::hours(24 * 31 + 2));
  shop.visit();
  const json bill = shop.bill();
  CHECK(bill.at("subscription").at("status") == "past_due");
  CHECK(bill.at("open").at("status") == "open");
  CHECK(bill.at("open").at("amountRemaining") == usd(8'000));
  CHECK(bill.at("open") == bill.at("invoices").at(0));
}

TEST_CASE("A bill is for users only") {
  Billing shop;
  const auto status = [&](const std::string& user) {
    return shop.world
        .request({.method = "GET", .path = "/users/bill", .query = {{"user_id", user}}})
        .status;
  };
  CHECK(status("") == 400);
  CHECK(status("../x") == 400);
  CHECK(status("cus_unknown") == 404);
}

}  // namespace billing::tests
