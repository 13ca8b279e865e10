// SPDX-License-Identifier: Apache-2.0
#include "support/webhook_world.hpp"

namespace billing::tests {
namespace {

using nlohmann::json;
using simulation::Network;

constexpr const char* bad_card = "pm_card_chargeCustomerFail";

/// Robin's trial has ended with a card that is declined, and all webhooks so far have come.
struct Decline {
  WebhookWorld shop;
  std::string robin = shop.user();
  std::string subscription = shop.buy_unheard(robin, "monthlyPrice");

  std::string declined_card = shop.use_card(robin, subscription, bad_card);

  Decline() {
    shop.deliver_all();
    shop.world.clock().advance(std::chrono::hours(3 * 24 + 2));
    shop.deliver_all();
    REQUIRE(status() == "past_due");
    REQUIRE(open_invoices() == 1);
    REQUIRE(payments() == 0);
  }

  std::string status() { return shop.subscriptions(robin).at(0).status; }
  std::size_t payments() { return shop.calls_of("POST", "/pay"); }
  std::int64_t open_invoices() {
    return std::ranges::count(shop.invoices(robin), std::string("open"), &Invoice::status);
  }
};

}  // namespace

TEST_CASE("Once the card is fixed the open invoice is paid at once, and that shows") {
  Decline story;
  story.shop.use_card(story.robin, story.subscription, "pm_card_visa");
  story.shop.deliver_all();
  CHECK(story.payments() == 1);
  CHECK(story.status() == "active");
  CHECK(story.open_invoices() == 0);
  const json invoices = story.shop.stripe("GET", "/v1/invoices?customer=" + story.robin);
  CHECK(invoices["data"][0]["status"] == "paid");
  CHECK(invoices["data"][0]["amount_paid"] == 6000);
}

TEST_CASE("A customer's new card is charged where the subscription has none of its own") {
  Decline story;
  story.shop.stripe("POST", "/v1/payment_methods/" + story.declined_card + "/detach");
  story.shop.deliver_all();
  CHECK(story.payments() == 0);
  const json method = story.shop.stripe("POST", "/v1/payment_methods/pm_card_visa/attach",
                                        "customer=" + story.robin);
  story.shop.stripe(
      "POST", "/v1/customers/" + story.robin,
      "invoice_settings[default_payment_method]=" + method.at("id").get<std::string>());
  story.shop.deliver_all();
  CHECK(story.payments() == 1);
  CHECK(story.status() == "active");
}

TEST_CASE("A new card that is declined too is tried once, and its event is done") {
  Decline story;
  const std::string card = story.shop.use_card(story.robin, story.subscription, bad_card);
  story.shop.deliver_all();
  CHECK(story.payments() == 1);
  CHECK(story.status() == "past_due");
  for (const InboxRow& each : story.shop.kept()) CHECK(each.state == WebhookState::done);
  // Whatever happens to the customer: the card is known to fail.
  story.shop.stripe("POST", "/v1/customers/" + story.robin, "name=Robin");
  story.shop.deliver_all();
  CHECK(story.payments() == 1);
  // Nor is it when Stripe itself tries again.
  story.shop.world.clock().advance(std::chrono::hours(4 * 24));
  story.shop.deliver_all();
  CHECK(story.payments() == 1);
}

TEST_CASE("A card that asks for its owner is tried once") {
  Decline story;
  story.shop.use_card(story.robin, story.subscription, "pm_card_authenticationRequired");
  story.shop.deliver_all();
  story.shop.stripe("POST", "/v1/customers/" + story.robin, "name=Robin");
  story.shop.deliver_all();
  CHECK(story.payments() == 1);
  CHECK(story.status() == "past_due");
}

TEST_CASE("A payment whose answer is lost is made once, and known in the end") {
  Decline story;
  story.shop.use_card(story.robin, story.subscription, "pm_card_visa");
  int lost = 0;
  story.shop.weather = [&](const HttpRequest& request) {
    if (!request.path.ends_with("/pay")) return Network::carries;
    ++lost;
    return Network::loses_answer;
  };
  bool failed = false;
  for (const json& each : story.shop.fresh_events()) {
    failed = story.shop.deliver(each) == 503 || failed;
  }
  CHECK(failed);
  CHECK(lost > 1);
  story.shop.weather = nullptr;
  story.shop.world.clock().advance(std::chrono::minutes(5));
  story.shop.work();
  CHECK(story.status() == "active");
  CHECK(story.open_invoices() == 0);
  const json charges = story.shop.stripe("GET", "/v1/charges?customer=" + story.robin);
  CHECK(std::ranges::count_if(charges.at("data"), [](const json& charge) {
          return charge.at("status") == "succeeded";
        }) == 1);
}

TEST_CASE("A failure that Stripe keeps under its key does not keep the invoice open") {
  Decline story;
  story.shop.use_card(story.robin, story.subscription, "pm_card_visa");
  int failed = 0;
  story.shop.weather = [&](const HttpRequest& request) {
    simulation::Passage passage;
    if (!request.path.ends_with("/pay") || failed > 0) return passage;
    ++failed;
    passage.fault = R"({"operation":"POST /v1/invoices/:id/pay","status":500,"stored":true})";
    return passage;
  };
  for (const json& each : story.shop.fresh_events()) story.shop.deliver(each);
  story.shop.weather = nullptr;
  story.shop.deliver_all();
  CHECK(failed == 1);
  CHECK(story.status() == "active");
  CHECK(story.open_invoices() == 0);
}

TEST_CASE("What is open from a subscription that was ended is not collected any more") {
  Decline story;
  story.shop.stripe("DELETE", "/v1/subscriptions/" + story.subscription);
  story.shop.deliver_all();
  REQUIRE(story.open_invoices() == 1);
  const json method = story.shop.stripe("POST", "/v1/payment_methods/pm_card_visa/attach",
                                        "customer=" + story.robin);
  story.shop.stripe(
      "POST", "/v1/customers/" + story.robin,
      "invoice_settings[default_payment_method]=" + method.at("id").get<std::string>());
  story.shop.deliver_all();
  CHECK(story.payments() == 0);
}

TEST_CASE("Who owes nothing costs no call beyond those for what has changed") {
  WebhookWorld shop;
  const std::string robin = shop.user();
  shop.world.buy(robin);
  shop.deliver_all();
  const std::size_t calls = shop.calls.size();
  shop.stripe("POST", "/v1/customers/" + robin, "name=Robin");
  REQUIRE(shop.deliver(shop.fresh_event("customer.updated")) == 200);
  CHECK(shop.calls.size() == calls + 2);
}

}  // namespace billing::tests
