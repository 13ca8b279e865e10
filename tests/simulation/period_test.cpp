// SPDX-License-Identifier: Apache-2.0
#include <billing/entropy.hpp>

#include "simulation/world.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace billing::tests {
namespace {

using nlohmann::json;
using simulation::Network;
using simulation::World;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

bool is_usage(const HttpRequest& request) {
  return request.path.ends_with("/usage_records");
}

/// Robin, on demand, some seconds before the billing period ends.
struct LastSeconds {
  World world;
  std::string robin;
  ItemId item;
  Second period_end;
  int sends = 0;

  explicit LastSeconds(seconds left = seconds(30), std::uint64_t seed = 1) : world({.seed = seed}) {
    world.boot();
    robin = world.sign_up("robin@example.com");
    world.buy(robin);
    const auto subscriptions = world.store().subscriptions(CustomerId(robin));
    const SubscriptionItem& bought = subscriptions->front().items.front();
    item = bought.id;
    period_end = bought.period_end;
    advance_to(period_end - left);
  }

  void advance_to(Second moment) { world.clock().advance(moment - world.clock().true_now()); }

  /// From now on `what` befalls usage records.
  void weather(Network what) {
    world.weather = [this, what](const HttpRequest& request, auto) {
      if (!is_usage(request)) return Network::carries;
      ++sends;
      return what;
    };
  }

  void click(const std::string& key) { CHECK(world.click(robin, key).status == 202); }

  RecordedEvent row(const std::string& key) {
    return world.ledger().find(CustomerId(robin), IdempotencyKey(key))->value();
  }
  void check_delivered_in(const std::string& key, bool next_period) {
    const RecordedEvent found = row(key);
    CAPTURE(key);
    CHECK(found.state == EventState::delivered);
    CHECK((*found.usage_at > period_end) == next_period);
  }

  json stripe(const std::string& target) {
    return json::parse(world.at_stripe("GET", target).body);
  }
  /// Usage of the period that has ended, as its invoice bills it, …
  std::int64_t invoiced() {
    const json invoices = stripe("/v1/invoices?customer=" + robin);
    for (const json& line : invoices["data"][0]["lines"]["data"]) {
      if (line["subscription_item"] == item.text()) return line["quantity"];
    }
    return -1;
  }
  /// … and of the open one.
  std::int64_t open_total() {
    return stripe("/v1/subscription_items/" + item.text() +
                  "/usage_record_summaries")["data"][0]["total_usage"];
  }
};

}  // namespace

TEST_CASE("Clicks that could not be sent before the period's end are usage of the next period") {
  LastSeconds shop;
  shop.weather(Network::refuses);
  for (const char* key : {"1", "2", "3"}) {
    shop.click(key);
    while (shop.world.deliver_once()) {
    }
  }
  REQUIRE(shop.sends == 1);
  shop.advance_to(shop.period_end + seconds(20));
  shop.world.weather = nullptr;
  shop.world.drain();
  for (const char* key : {"1", "2", "3"}) shop.check_delivered_in(key, true);
  CHECK(shop.invoiced() == 0);
  CHECK(shop.open_total() == 3);
}

TEST_CASE("What arrived though its answer was lost stays in its period, and is not sent again") {
  LastSeconds shop;
  shop.weather(Network::loses_answer);
  shop.click("1");
  REQUIRE(shop.world.deliver_once());
  REQUIRE(shop.sends == 1);
  shop.advance_to(shop.period_end + seconds(20));
  shop.weather(Network::carries);
  shop.click("2");
  while (shop.world.deliver_once()) {
  }
  CHECK_MESSAGE(shop.sends == 1, "nothing is sent before the period's total is final");
  CHECK(shop.row("1").reason.find("final total") != std::string::npos);
  shop.world.drain();
  shop.check_delivered_in("1", false);
  CHECK(shop.row("1").record.empty());
  shop.check_delivered_in("2", true);
  CHECK(shop.invoiced() == 1);
  CHECK(shop.open_total() == 1);
}

TEST_CASE("What was lost on its way is found to be missing, and goes into the next period") {
  LastSeconds shop;
  shop.weather(Network::loses_request);
  shop.click("1");
  REQUIRE(shop.world.deliver_once());
  REQUIRE(shop.sends == 1);
  shop.world.weather = nullptr;
  shop.advance_to(shop.period_end + seconds(20));
  shop.world.drain();
  shop.check_delivered_in("1", true);
  CHECK(shop.row("1").event->clicked_at < shop.period_end);
  CHECK(shop.invoiced() == 0);
  CHECK(shop.open_total() == 1);
}

TEST_CASE("A machine that was off over the period's end settles what it may have sent") {
  LastSeconds shop;
  bool arrived = false;
  SUBCASE("and had") {
    arrived = true;
    shop.weather(Network::loses_answer);
  }
  SUBCASE("and had not") {
    shop.weather(Network::loses_request);
  }
  shop.click("1");
  REQUIRE(shop.world.deliver_once());
  REQUIRE(shop.sends == 1);
  shop.world.weather = nullptr;
  shop.world.crash();
  shop.advance_to(shop.period_end + hours(24 * 40));
  shop.world.boot();
  shop.world.drain();
  CHECK(shop.row("1").state == EventState::delivered);
  std::int64_t billed = 0;
  const json totals =
      shop.stripe("/v1/subscription_items/" + shop.item.text() + "/usage_record_summaries");
  for (const json& each : totals["data"]) {
    billed += each["total_usage"].get<std::int64_t>();
  }
  CHECK(billed == 1);
  shop.check_delivered_in("1", !arrived);
}

TEST_CASE("What Stripe has and nobody clicked parks the doubt, with the figures") {
  LastSeconds shop;
  shop.weather(Network::loses_request);
  shop.click("1");
  REQUIRE(shop.world.deliver_once());
  shop.world.weather = nullptr;
  for (int i = 0; i < 2; ++i) {
    const auto second = (shop.period_end - minutes(10 + i)).time_since_epoch().count();
    const auto made = shop.world.at_stripe(
        "POST", "/v1/subscription_items/" + shop.item.text() + "/usage_records",
        "quantity=1&action=set&timestamp=" + std::to_string(second));
    REQUIRE(made.status == 200);
  }
  shop.advance_to(shop.period_end + seconds(20));
  shop.world.drain();
  CHECK(shop.row("1").state == EventState::parked);
  CHECK(shop.row("1").reason.find("Stripe has 2 and the ledger 0 delivered and 1 pending") !=
        std::string::npos);
}

TEST_CASE("A period that ended sooner than was known costs one refusal") {
  LastSeconds shop(hours(24 * 10));
  const auto subscription =
      shop.world.store().subscriptions(CustomerId(shop.robin))->front().id.text();
  shop.weather(Network::carries);
  shop.click("1");
  shop.world.clock().advance(seconds(2));
  const auto changed = shop.world.at_stripe("POST", "/v1/subscriptions/" + subscription,
                                            "billing_cycle_anchor=now&proration_behavior=none");
  REQUIRE_MESSAGE(changed.status == 200, changed.body);
  shop.world.clock().advance(seconds(2));
  shop.world.drain();
  CHECK(shop.sends == 2);
  CHECK(shop.row("1").state == EventState::delivered);
  CHECK(shop.open_total() == 1);
}

namespace {

/// Stripe is down from about ten minutes before the period's end to about forty after it, and at
/// first only its answers are lost. Robin clicks throughout; the machine may die in between.
class NightShift {
 public:
  explicit NightShift(std::uint64_t seed) : chance_(seed), shop_(minutes(16), seed) {}

  void work() {
    const Moment end = now() + minutes(16);
    const Moment down = end - minutes(8) - up_to(minutes(5));
    const Moment silent = down + up_to(minutes(3));
    const Moment up = end + minutes(35) + up_to(minutes(10));
    shop_.world.weather = [=, this](const HttpRequest& request, auto) {
      if (now() < down || now() >= up) return Network::carries;
      if (now() >= silent) return Network::refuses;
      answers_lost += is_usage(request) ? 1 : 0;
      return Network::loses_answer;
    };
    while (now() < end + minutes(50)) {
      if (one_in(3)) shop_.click(std::to_string(clicks++));
      if (one_in(40)) restart();
      while (shop_.world.is_ready() && !one_in(4) && shop_.world.deliver_once()) {
      }
      shop_.world.clock().advance(up_to(minutes(3)));
    }
    shop_.world.weather = nullptr;
    if (!shop_.world.is_ready()) shop_.world.get_ready();
    shop_.world.drain();
  }

  void check_invoices() {
    int moved = 0;
    for (int i = 0; i < clicks; ++i) {
      const RecordedEvent row = shop_.row(std::to_string(i));
      CHECK(row.state == EventState::delivered);
      const bool late = *row.usage_at > shop_.period_end;
      if (late && row.event->clicked_at <= shop_.period_end) ++moved;
    }
    moved_ = moved;
    shop_.world.clock().advance(hours(24 * 32));
    std::int64_t billed = 0;
    const json invoices = shop_.stripe("/v1/invoices?customer=" + shop_.robin);
    for (const json& invoice : invoices["data"]) {
      for (const json& line : invoice["lines"]["data"]) {
        if (line["subscription_item"] == shop_.item.text()) {
          billed += line["quantity"].get<std::int64_t>();
        }
      }
    }
    CHECK(billed == clicks);
  }

  int clicks = 0;
  int answers_lost = 0;
  int restarts = 0;
  int moved() const { return moved_; }

 private:
  Moment now() const { return shop_.world.clock().moment(); }
  bool one_in(std::uint64_t n) { return chance_.next() % n == 0; }
  milliseconds up_to(milliseconds most) {
    return milliseconds(chance_.next() % static_cast<std::uint64_t>(most.count() + 1));
  }
  void restart() {
    shop_.world.crash();
    REQUIRE(shop_.world.power_on());
    shop_.world.get_ready();
    ++restarts;
  }

  SeededEntropy chance_;
  mutable LastSeconds shop_;
  int moved_ = 0;
};

}  // namespace

TEST_CASE("With Stripe down over the period's end, every click is on exactly one invoice") {
  constexpr int nights = 1'000;
  int clicks = 0;
  int answers_lost = 0;
  int moved = 0;
  int restarts = 0;
  for (int seed = 1; seed <= nights; ++seed) {
    CAPTURE(seed);
    NightShift night(static_cast<std::uint64_t>(seed));
    night.work();
    night.check_invoices();
    clicks += night.clicks;
    answers_lost += night.answers_lost;
    moved += night.moved();
    restarts += night.restarts;
  }
  CHECK(clicks > nights * 8);
  CHECK(answers_lost > nights / 4);
  CHECK(moved > nights);
  CHECK(restarts > nights / 4);
}

}  // namespace billing::tests
