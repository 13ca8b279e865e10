// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_client.hpp>

#include "simulation/crash.hpp"
#include "simulation/world.hpp"
#include "support/collecting_observer.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace billing::tests {
namespace {

using simulation::Crash;
using simulation::Effect;
using simulation::Fate;
using simulation::Network;
using simulation::Passage;
using simulation::World;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* items_path = "/v1/invoiceitems";

bool adds_item(const HttpRequest& request) {
  return request.method == "POST" && request.path == items_path;
}

/// A subscriber who books workshops, seen from Stripe's side.
struct Booking {
  World world;
  SeededEntropy entropy{1};
  CollectingObserver observer;
  stripe::Client client{
      world.network(), world.clock(), entropy, observer, {.secret_key = "sk_test_simulation"}};
  std::string robin;

  explicit Booking(const char* package = "onDemandPrice", double calls_a_second = 0)
      : world({.seed = 1, .stripe_rate = calls_a_second}) {
    world.boot();
    robin = world.sign_up("robin@example.com");
    world.buy(robin, package);
    world.clock().advance(minutes(1));
  }

  void press(const std::string& key = "press-1", int attendees = 6) {
    const HttpResponse answer =
        world.request({.method = "POST",
                       .path = "/offerings/workshop",
                       .query = {{"user_id", robin}},
                       .headers = {{"Idempotency-Key", key}},
                       .body = fmt::format(R"({{"attendees": {}}})", attendees)});
    const bool taken = answer.status == 200 || answer.status == 202;
    REQUIRE_MESSAGE(taken, answer.body);
  }

  /// Whatever befalls the next request to add an invoice item.
  void next_meets(const Passage& passage) {
    struck = 0;
    world.weather = [this, passage](const HttpRequest& request, auto) -> Passage {
      if (!adds_item(request) || struck > 0) return Network::carries;
      ++struck;
      return passage;
    };
  }

  /// Items that are none of ours.
  void others_add(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string item =
          fmt::format("customer={}&amount=100&currency=usd&metadata[event]=use_{}", robin, i);
      REQUIRE(world.at_stripe("POST", items_path, item).status == 200);
    }
  }

  /// Does something on a machine that dies where it is told to; it comes back after `off`.
  void survive(milliseconds off, const std::function<void()>& doing) {
    while (true) {
      try {
        if (!world.is_on()) world.boot();
        return doing();
      } catch (const Crash&) {
        world.crash();
        world.clock().advance(off);
      }
    }
  }

  /// Attendees by event, of every invoice item that Stripe has.
  std::multimap<std::string, std::int64_t> attendees_at_stripe() {
    world.weather = nullptr;
    std::multimap<std::string, std::int64_t> found;
    const auto items = client.invoice_items(CustomerId(robin));
    REQUIRE(items.has_value());
    for (const stripe::InvoiceItem& each : *items) {
      found.emplace(each.metadata.at("event"), each.quantity);
    }
    return found;
  }

  /// Each workshop in the ledger is delivered, and is at Stripe once; so many there are.
  void check_once(std::size_t presses) {
    const auto rows = world.ledger().list({});
    REQUIRE(rows.has_value());
    CHECK(rows->size() == presses);
    const auto at_stripe = attendees_at_stripe();
    CHECK(at_stripe.size() == presses);
    for (const RecordedEvent& row : *rows) {
      CHECK(row.state == EventState::delivered);
      CHECK(row.record.text().starts_with("ii_"));
      REQUIRE(at_stripe.count(row.event->id.text()) == 1);
      CHECK(at_stripe.find(row.event->id.text())->second == row.event->quantity);
    }
  }

  int struck = 0;
};

Passage stored_500(bool after) {
  Passage passage;
  passage.fault = fmt::format(R"({{"operation":"POST {}","status":500,"stored":true,"after":{}}})",
                              items_path, after);
  return passage;
}

Passage answered_500(bool works) {
  Passage passage;
  passage.instead = HttpResponse{.status = 500, .body = "{}"};
  passage.works = works;
  return passage;
}

}  // namespace

TEST_CASE("A workshop is one invoice item, whatever becomes of the call that adds it") {
  const std::vector<std::pair<const char*, Passage>> fates = {
      {"refused", Network::refuses},
      {"lost", Network::loses_request},
      {"answer lost", Network::loses_answer},
      {"500", answered_500(false)},
      {"500 after the work", answered_500(true)},
      {"500 stored", stored_500(false)},
      {"500 stored after the work", stored_500(true)}};
  for (const char* package : {"onDemandPrice", "monthlyPrice"}) {
    for (const auto& [name, fate] : fates) {
      for (const milliseconds pause : {milliseconds(0), milliseconds(hours(25))}) {
        CAPTURE(package);
        CAPTURE(name);
        CAPTURE(pause.count());
        Booking booking(package);
        booking.next_meets(fate);
        booking.press();
        REQUIRE(booking.world.deliver_once());
        CHECK(booking.struck == 1);
        booking.world.clock().advance(pause);
        booking.world.drain();
        booking.check_once(1);
      }
    }
  }
}

TEST_CASE("A request that arrives after the next one has been answered adds no second item") {
  Booking booking;
  booking.next_meets(Network::delays);
  booking.press();
  REQUIRE(booking.world.deliver_once());
  booking.world.clock().advance(minutes(50));
  booking.world.drain();
  CHECK(booking.struck == 1);
  booking.world.network().deliver_late();
  booking.check_once(1);
}

TEST_CASE("What the network has had for more than an hour never arrives") {
  Booking booking;
  booking.next_meets(Network::delays);
  booking.press();
  REQUIRE(booking.world.deliver_once());
  CHECK(booking.struck == 1);
  booking.world.clock().advance(minutes(61));
  booking.world.network().deliver_late();
  CHECK(booking.attendees_at_stripe().empty());
}

TEST_CASE("A workshop that was sent before a crash is found again, on an invoice that is paid") {
  Booking booking;
  booking.press();
  bool added = false;
  booking.world.weather = [&](const HttpRequest& request, auto) {
    added = added || adds_item(request);
    return Network::carries;
  };
  booking.world.dies = [&](std::string_view point) { return point == "network-after" && added; };
  CHECK_THROWS_AS(booking.world.drain(), Crash);
  booking.world.dies = nullptr;
  booking.world.crash();
  booking.world.clock().advance(hours(24 * 40));
  const auto items = booking.client.invoice_items(CustomerId(booking.robin)).value();
  REQUIRE(items.size() == 1);
  CHECK_FALSE(items.front().invoice.empty());
  booking.world.boot();
  booking.press();  // The page that never got its answer sends it again.
  booking.world.drain();
  booking.check_once(1);
}

TEST_CASE("Two presses are two items, though the machine dies at any effect and stays off a day") {
  constexpr int never = std::numeric_limits<int>::max();
  const auto play = [](int death) {
    Booking booking;
    int effects = 0;
    const auto strikes = [&effects, death] { return ++effects == death; };
    booking.world.wear = [&](Effect, std::string_view) {
      return strikes() ? Fate::dies_before : Fate::happens;
    };
    booking.world.dies = [&](std::string_view) { return strikes(); };
    booking.next_meets(Network::loses_answer);
    for (const char* key : {"press-1", "press-2", "press-1"}) {
      booking.survive(hours(25), [&] { booking.press(key); });
    }
    booking.survive(hours(25), [&] { booking.world.drain(); });
    CHECK(booking.struck == 1);
    booking.world.wear = nullptr;
    booking.world.dies = nullptr;
    booking.check_once(2);
    return effects;
  };
  const int effects = play(never);
  REQUIRE(effects > 15);
  for (int death = 1; death <= effects; ++death) {
    CAPTURE(death);
    CHECK(play(death) >= death);
  }
}

TEST_CASE("None is lost in an outage of two days, and a session behind a workshop goes too") {
  Booking booking;
  World& world = booking.world;
  int refused = 0;
  world.weather = [&](const HttpRequest&, auto) {
    ++refused;
    return Network::refuses;
  };
  for (int i = 0; i < 20; ++i) {
    booking.press("press-" + std::to_string(i), 1 + i);
    CHECK(world.click(booking.robin, "click-" + std::to_string(i)).status == 202);
    world.clock().advance(minutes(48 * 60) / 20);
    while (world.deliver_once()) {
    }
  }
  CHECK(refused > 0);
  world.weather = nullptr;
  world.drain();
  CHECK(world.ledger().totals()->delivered == 40);
  CHECK(booking.attendees_at_stripe().size() == 20);
  std::int64_t units = 0;
  for (const auto& [item, by_second] : world.usage_at_stripe()) {
    for (const auto& [second, quantity] : by_second) units += quantity;
  }
  CHECK(units == 20);
}

TEST_CASE("A workshop is found among more items than one answer holds") {
  Booking booking;
  booking.next_meets(Network::loses_answer);
  booking.press();
  REQUIRE(booking.world.deliver_once());
  booking.others_add(120);
  booking.world.clock().advance(hours(25));
  booking.world.drain();
  const auto rows = booking.world.ledger().list({});
  REQUIRE(rows.has_value());
  CHECK(rows->front().state == EventState::delivered);
  const auto at_stripe = booking.attendees_at_stripe();
  CHECK(at_stripe.size() == 121);
  CHECK(at_stripe.count(rows->front().event->id.text()) == 1);
}

TEST_CASE("Where an item was deleted between two pages, the list is read anew") {
  Booking booking;
  booking.others_add(101);
  booking.press();
  int refused = 0;
  booking.world.weather = [&](const HttpRequest& request, auto) {
    Passage passage;
    if (!parameter(request.query, "starting_after") || refused++ > 0) return passage;
    passage.instead = HttpResponse{
        .status = 400,
        .body = R"({"error":{"type":"invalid_request_error","code":"resource_missing",)"
                R"("param":"starting_after","message":"No such invoiceitem: 'ii_1'"}})"};
    return passage;
  };
  booking.world.drain();
  CHECK(refused == 2);
  CHECK(booking.world.ledger().totals()->delivered == 1);
}

TEST_CASE("Each question of a workshop counts against the allowed rate") {
  constexpr int allowed = 4;
  Booking booking("onDemandPrice", allowed);
  World& world = booking.world;
  for (int i = 0; i < 20; ++i) booking.press("press-" + std::to_string(i));
  const Moment began = world.clock().moment();
  std::map<std::int64_t, int> sends;
  world.weather = [&](const HttpRequest&, auto) {
    ++sends[(world.clock().moment() - began) / seconds(1)];
    return Network::carries;
  };
  world.drain();
  for (const auto& [second, times] : sends) {
    CAPTURE(second);
    CHECK(times <= allowed + 2);
  }
  booking.check_once(20);
}

TEST_CASE("What Stripe refuses for another reason than the end is refused in Stripe's words") {
  Booking booking;
  booking.press();
  REQUIRE(booking.world.at_stripe("DELETE", "/v1/customers/" + booking.robin).status == 200);
  booking.world.drain();
  const auto rows = booking.world.ledger().list({});
  REQUIRE(rows.has_value());
  CHECK(rows->front().state == EventState::refused);
  CHECK(rows->front().reason.find("No such customer") != std::string::npos);
}

}  // namespace billing::tests
