// SPDX-License-Identifier: Apache-2.0
#include <billing/provisioning.hpp>

#include "client_worlds.hpp"

#include <doctest/doctest.h>

using billing::CustomerId;
using billing::ErrorCode;
using billing::PriceRole;
using billing::stripe::CheckoutSession;
using billing::tests::ClientWorld;
using billing::tests::InProcess;
using billing::tests::OverSocket;

namespace {

/// A customer, and an open session for one of the catalog's prices.
struct Buying {
  CustomerId customer;
  CheckoutSession session;
};

Buying buy(auto& world, PriceRole role) {
  const auto catalog = billing::devchat_catalog("green").value();
  REQUIRE(billing::provision(world.client, catalog, {}));
  const auto offerings = billing::read_offerings(world.client, catalog);
  REQUIRE(offerings);
  const auto customer = world.client.create_customer("ada@example.com", "green", world.key());
  REQUIRE(customer);
  const auto session = world.client.create_checkout_session(
      {.customer = customer->id,
       .price = *offerings->find(role),
       .trial_days = catalog.price(role).trial_days,
       .challenge_id = "green",
       .success_url = "http://127.0.0.1/dashboard?session_id={CHECKOUT_SESSION_ID}",
       .cancel_url = "http://127.0.0.1/dashboard"},
      world.key());
  REQUIRE_MESSAGE(session, session.error().message);
  return {customer->id, *session};
}

}  // namespace

TEST_CASE_TEMPLATE("three sessions bought on demand come to $240.00 on the upcoming invoice", Way,
                   InProcess, OverSocket) {
  ClientWorld<Way> world;
  const Buying buying = buy(world, PriceRole::on_demand);
  CHECK(buying.session.status == "open");
  CHECK_FALSE(buying.session.url.empty());
  CHECK_FALSE(buying.session.subscription);
  world.pay(buying.session);

  const auto session = world.client.checkout_session(buying.session.id);
  REQUIRE(session);
  CHECK(session->status == "complete");
  CHECK(session->url.empty());
  CHECK(session->customer == buying.customer);
  REQUIRE(session->subscription);
  const auto subscription = world.client.subscription(*session->subscription);
  REQUIRE_MESSAGE(subscription, subscription.error().message);
  CHECK(subscription->status == "active");
  CHECK(subscription->customer == buying.customer);
  REQUIRE(subscription->items.size() == 1);
  const auto& item = subscription->items.front();
  CHECK(item.usage_type == billing::UsageType::metered);
  CHECK(item.period_start < item.period_end);

  for (const int second : {1, 2, 3, 3}) {
    const auto record = world.client.create_usage_record(
        {.item = item.id, .timestamp = item.period_start + std::chrono::seconds(second)},
        world.key());
    REQUIRE_MESSAGE(record, record.error().message);
    CHECK(record->id.text().starts_with("mbur_"));
    CHECK(record->item == item.id);
  }
  const auto summaries = world.client.usage_record_summaries(item.id);
  REQUIRE(summaries);
  CHECK(summaries->front().total_usage == 3);
  CHECK(summaries->front().is_open());
  const auto invoice = world.client.upcoming_invoice(*session->subscription);
  REQUIRE_MESSAGE(invoice, invoice.error().message);
  CHECK((invoice->total == billing::Money{24000, "usd"}));
  REQUIRE(invoice->lines.size() == 1);
  CHECK(invoice->lines[0].quantity == 3);
}

TEST_CASE_TEMPLATE("the monthly package begins with its trial", Way, InProcess, OverSocket) {
  ClientWorld<Way> world;
  const Buying buying = buy(world, PriceRole::monthly);
  world.pay(buying.session);
  const auto subscriptions = world.client.subscriptions(buying.customer);
  REQUIRE_MESSAGE(subscriptions, subscriptions.error().message);
  REQUIRE(subscriptions->size() == 1);
  CHECK(subscriptions->front().status == "trialing");
  CHECK(subscriptions->front().items.front().usage_type == billing::UsageType::licensed);
}

TEST_CASE_TEMPLATE("an open session is listed until it is expired", Way, InProcess, OverSocket) {
  ClientWorld<Way> world;
  const Buying buying = buy(world, PriceRole::on_demand);
  auto open = world.client.open_checkout_sessions(buying.customer);
  REQUIRE(open);
  REQUIRE(open->size() == 1);
  CHECK(open->front().id == buying.session.id);
  const auto expired = world.client.expire_checkout_session(buying.session.id, world.key());
  REQUIRE(expired);
  CHECK(expired->status == "expired");
  open = world.client.open_checkout_sessions(buying.customer);
  REQUIRE(open);
  CHECK(open->empty());
}

TEST_CASE_TEMPLATE("the same write with the same key makes one object", Way, InProcess,
                   OverSocket) {
  ClientWorld<Way> world;
  const auto key = world.key();
  const auto first = world.client.create_customer("ada@example.com", "green", key);
  const auto second = world.client.create_customer("ada@example.com", "green", key);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->id == second->id);
  CHECK(world.client.customers("ada@example.com")->size() == 1);
}

TEST_CASE("more objects than fit on a page are all found") {
  ClientWorld<InProcess> world;
  for (int i = 0; i < 205; ++i) {
    REQUIRE(world.client.create_customer("ada@example.com", "green", world.key()));
  }
  const auto customers = world.client.customers("ada@example.com");
  REQUIRE(customers);
  CHECK(customers->size() == 205);
}

TEST_CASE_TEMPLATE("a refusal says what was asked, what Stripe said, and under which request", Way,
                   InProcess, OverSocket) {
  ClientWorld<Way> world;
  const auto unknown = world.client.checkout_session(billing::CheckoutSessionId("cs_test_nope"));
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ErrorCode::not_found);
  REQUIRE(unknown.error().stripe);
  CHECK(unknown.error().stripe->request_id.starts_with("req_"));
  CHECK(unknown.error().message.find("No such checkout.session") != std::string::npos);

  const auto item = world.client.create_usage_record(
      {.item = billing::ItemId("si_nope"), .timestamp = {}}, world.key());
  CHECK(item.error().code == ErrorCode::not_found);
}

TEST_CASE_TEMPLATE("a key that is none is refused without being shown", Way, InProcess,
                   OverSocket) {
  ClientWorld<Way> world;
  billing::stripe::Client stranger(world.way.transport(), world.way.clock(), world.entropy,
                                   world.observer, {.secret_key = "pk_test_wrongkey"});
  const auto account = stranger.account();
  REQUIRE_FALSE(account);
  CHECK(account.error().code == ErrorCode::denied);
  CHECK(account.error().message.find("wrongkey") == std::string::npos);
  CHECK_FALSE(world.observer.mentions("wrongkey"));
}
