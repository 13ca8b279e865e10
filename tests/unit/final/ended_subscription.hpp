// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/world.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace billing::tests {

/// A customer whose on-demand subscription ends while sessions are on no invoice yet.
class EndedSubscription {
 public:
  using Json = nlohmann::json;

  EndedSubscription() {
    world.boot();
    robin = world.sign_up("robin@example.com");
    world.buy(robin);
    subscription = Json::parse(read("/v1/subscriptions?customer=" + robin))["data"][0]["id"];
    pass(std::chrono::minutes(1));
  }

  simulation::World world{1};
  std::string robin;
  std::string subscription;

  void pass(std::chrono::milliseconds time) { world.clock().advance(time); }

  /// As many sessions, on disk and at Stripe.
  void use(int sessions) {
    for (int i = 0; i < sessions; ++i) arrange();
    world.drain();
  }
  /// One session, on disk. Its status.
  int arrange() {
    pass(std::chrono::seconds(1));
    return world.click(robin, fmt::format("click-{}", ++clicks_)).status;
  }

  /// One for six, on disk.
  void register_workshop() {
    pass(std::chrono::seconds(1));
    const auto answer = world.request({.method = "POST",
                                       .path = "/offerings/workshop",
                                       .query = {{"user_id", robin}},
                                       .body = R"({"attendees": 6})"});
    REQUIRE_MESSAGE(answer.status == 202, answer.body);
  }

  std::string read(const std::string& target) {
    const auto answer = world.at_stripe("GET", target);
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    return answer.body;
  }
  Json post(const std::string& target, const std::string& body) {
    const auto answer = world.at_stripe("POST", target, body);
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    return Json::parse(answer.body);
  }

  /// The subscription's card is one that is declined when it is charged.
  void decline_from_now_on() {
    const Json card =
        post("/v1/payment_methods/pm_card_chargeCustomerFail/attach", "customer=" + robin);
    post("/v1/subscriptions/" + subscription,
         "default_payment_method=" + card["id"].get<std::string>());
  }

  void end(const std::string& how = {}) {
    pass(std::chrono::seconds(1));
    REQUIRE(world.at_stripe("DELETE", "/v1/subscriptions/" + subscription + how).status == 200);
  }
  /// The server hears of it.
  void learn() {
    const auto answer =
        world.request({.method = "GET", .path = "/users", .query = {{"user_id", robin}}});
    REQUIRE(answer.status == 200);
  }
  /// Ends it, and works off what follows.
  void end_and_bill(const std::string& how = {}) {
    end(how);
    learn();
    world.finish_final_invoices();
  }

  FinalInvoice row() {
    const auto found = world.final_invoices().find(SubscriptionId(subscription));
    REQUIRE(found.has_value());
    REQUIRE(found->has_value());
    return **found;
  }

  /// All invoices of the customer at Stripe, newest first.
  std::vector<Json> invoices() {
    return Json::parse(read("/v1/invoices?limit=100&customer=" + robin)).at("data");
  }
  /// Those among them that are this subscription's final one, and not void.
  std::vector<Json> final_invoices() {
    std::vector<Json> found;
    for (const Json& each : invoices()) {
      const bool ours = each["metadata"].value("final_invoice_of", "") == subscription;
      if (ours && each["status"] != "void") found.push_back(each);
    }
    return found;
  }
  std::vector<Json> invoice_items() {
    return Json::parse(read("/v1/invoiceitems?limit=100&customer=" + robin)).at("data");
  }

  std::vector<RecordedEvent> events() {
    const auto rows = world.ledger().list({});
    REQUIRE(rows.has_value());
    return *rows;
  }

  /// There is one final invoice, over two sessions in one line, and all that was used is on it.
  void check_two_sessions_billed(const std::string& status) {
    const auto found = final_invoices();
    REQUIRE(found.size() == 1);
    CHECK(found[0]["status"] == status);
    CHECK(found[0]["total"] == 16'000);
    const Json& lines = found[0]["lines"]["data"];
    REQUIRE(lines.size() == 1);
    CHECK(lines[0]["quantity"] == 2);
    CHECK(invoice_items().size() == 1);
    CHECK(row().step == FinalStep::done);
    CHECK(row().outcome == status);
    CHECK(row().invoice.text() == found[0]["id"]);
    CHECK(row().reason.empty());
    int on_it = 0;
    for (const RecordedEvent& each : events()) {
      if (each.final_invoice_of.text() == subscription) ++on_it;
    }
    CHECK(on_it == 2);
  }

 private:
  int clicks_ = 0;
};

}  // namespace billing::tests
