// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/reconciling.hpp>
#include <billing/restoring.hpp>

#include "simulation/world.hpp"
#include "support/collecting_observer.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace billing::tests {

/// A ledger that does not know all that happened at Stripe.
class OldLedger {
 public:
  OldLedger() {
    world.boot();
    robin = world.sign_up("robin@example.com");
    world.buy(robin);
    const auto known = world.store().subscriptions(CustomerId(robin));
    item = known->front().items.front().id;
    pass(std::chrono::minutes(10));
  }

  simulation::World world{1};
  std::string robin;
  ItemId item;

  void pass(std::chrono::milliseconds time) { world.clock().advance(time); }

  void click(int times, std::chrono::seconds pause = std::chrono::seconds(1)) {
    for (int i = 0; i < times; ++i) {
      pass(pause);
      REQUIRE(world.click(robin, fmt::format("click-{}", ++clicks_)).status == 202);
    }
  }
  /// Stripe has it, and the ledger doesn't know.
  void send_unsettled() {
    const auto claim = world.claim();
    REQUIRE(claim.has_value());
    REQUIRE(claim->has_value());
    REQUIRE(world.send(**claim).state == EventState::delivered);
    pass(std::chrono::minutes(2));
  }
  /// Clicks on whose rows were lost, each on a second of its own.
  void use_past_the_ledger(int units) {
    for (int i = 0; i < units; ++i) {
      pass(std::chrono::seconds(3));
      const auto now = to_second(world.clock().now()).time_since_epoch().count();
      const auto answer =
          world.at_stripe("POST", "/v1/subscription_items/" + item.text() + "/usage_records",
                          fmt::format("quantity=1&timestamp={}&action=set", now));
      REQUIRE_MESSAGE(answer.status == 200, answer.body);
    }
  }

  RestoredLedger restore() {
    stripe::Client client = client_here();
    Restoring restoring({.ledger = world.ledger(),
                         .store = world.store(),
                         .stripe = client,
                         .clock = world.clock(),
                         .entropy = entropy_,
                         .challenge_id = world.store().binding()->value().challenge_id});
    auto restored = restoring.run([](const std::string&) {});
    REQUIRE_MESSAGE(restored, restored.error().message);
    return std::move(*restored);
  }
  RestoredItem restore_item() {
    const RestoredLedger restored = restore();
    REQUIRE(restored.items.size() == 1);
    return restored.items.front();
  }
  std::vector<ReconciledPeriod> periods() {
    stripe::Client client = client_here();
    auto found = reconcile(world.ledger(), world.store(), client, [](const std::string&) {});
    REQUIRE_MESSAGE(found, found.error().message);
    return std::move(*found);
  }

  std::int64_t units_at_stripe() {
    std::int64_t units = 0;
    const auto usage = world.usage_at_stripe();
    for (const auto& [second, quantity] : usage.at(item.text())) units += quantity;
    return units;
  }
  LedgerTotals totals() { return *world.ledger().totals(); }

  stripe::Client client_here() {
    return {
        world.network(), world.clock(), entropy_, observer_, {.secret_key = "sk_test_simulation"}};
  }

 private:
  SystemEntropy entropy_;
  CollectingObserver observer_;
  int clicks_ = 0;
};

}  // namespace billing::tests
