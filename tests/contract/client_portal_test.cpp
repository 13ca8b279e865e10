// SPDX-License-Identifier: Apache-2.0
#include "client_worlds.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using billing::CustomerId;
using billing::ErrorCode;
using billing::PortalTerms;
using billing::Second;
using billing::WebhookEvent;
using billing::WebhookTerms;
using billing::stripe::PortalConfiguration;
using billing::tests::ClientWorld;
using billing::tests::InProcess;
using billing::tests::OverSocket;

namespace {

const PortalTerms portal_terms{.headline = "/dev/chat", .cancel_mode = "immediately"};

PortalConfiguration portal_in(auto& world) {
  const auto made = world.client.create_portal_configuration(portal_terms, "green", world.key());
  REQUIRE_MESSAGE(made, made.error().message);
  return *made;
}

void check_terms(const PortalConfiguration& configuration) {
  CHECK(configuration.active);
  CHECK(configuration.headline == "/dev/chat");
  CHECK(configuration.payment_method_update);
  CHECK(configuration.invoice_history);
  CHECK(configuration.subscription_cancel);
  CHECK(configuration.cancel_mode == "immediately");
  CHECK(configuration.metadata.at("challenge_id") == "green");
}

std::string types_of(const std::vector<WebhookEvent>& events) {
  std::string types;
  for (const WebhookEvent& each : events) types += each.type + ' ';
  return types;
}

}  // namespace

TEST_CASE_TEMPLATE("a portal configuration is made as it was asked for, and put right again", Way,
                   InProcess, OverSocket) {
  ClientWorld<Way> world;
  portal_in(world);  // The first is the account's default, which has to stay active.
  const PortalConfiguration made = portal_in(world);
  check_terms(made);
  const std::string path = "/v1/billing_portal/configurations/" + made.id.text();
  REQUIRE(world
              .raw("POST", path, {},
                   "active=false&business_profile[headline]=Other"
                   "&features[subscription_cancel][enabled]=true"
                   "&features[subscription_cancel][mode]=at_period_end"
                   "&features[invoice_history][enabled]=false"
                   "&features[payment_method_update][enabled]=false&metadata[challenge_id]=")
              .status == 200);
  const auto listed = world.client.newest_portal_configurations();
  REQUIRE_MESSAGE(listed, listed.error().message);
  REQUIRE(listed->size() == 2);
  const PortalConfiguration& edited = listed->front();
  CHECK(edited.id == made.id);
  CHECK_FALSE(edited.active);
  CHECK(edited.headline == "Other");
  CHECK_FALSE(edited.payment_method_update);
  CHECK_FALSE(edited.invoice_history);
  CHECK(edited.cancel_mode == "at_period_end");
  CHECK_FALSE(edited.metadata.contains("challenge_id"));

  const auto corrected =
      world.client.update_portal_configuration(made.id, portal_terms, "green", world.key());
  REQUIRE_MESSAGE(corrected, corrected.error().message);
  CHECK(corrected->id == made.id);
  check_terms(*corrected);
}

TEST_CASE("of many portal configurations the newest hundred are listed, newest first") {
  ClientWorld<InProcess> world;
  std::vector<billing::PortalConfigurationId> made;
  for (int i = 0; i < 101; ++i) made.push_back(portal_in(world).id);
  const auto listed = world.client.newest_portal_configurations();
  REQUIRE(listed);
  REQUIRE(listed->size() == 100);
  CHECK(listed->front().id == made.back());
  CHECK(listed->back().id == made[1]);
}

TEST_CASE_TEMPLATE("a portal session has a page and the configuration it was asked for", Way,
                   InProcess, OverSocket) {
  ClientWorld<Way> world;
  const auto configuration = portal_in(world).id;
  const auto customer = world.client.create_customer("ada@example.com", "green", world.key());
  REQUIRE(customer);
  const auto session =
      world.client.create_portal_session({.customer = customer->id,
                                          .configuration = configuration,
                                          .return_url = "http://127.0.0.1/dashboard"},
                                         world.key());
  REQUIRE_MESSAGE(session, session.error().message);
  CHECK(session->url.starts_with("http"));
  CHECK(session->configuration == configuration);
  const auto stranger =
      world.client.create_portal_session({.customer = CustomerId("cus_unknown"),
                                          .configuration = configuration,
                                          .return_url = "http://127.0.0.1/dashboard"},
                                         world.key());
  REQUIRE_FALSE(stranger);
  CHECK(stranger.error().code == ErrorCode::not_found);
  CHECK(stranger.error().stripe->param == "customer");
}

TEST_CASE_TEMPLATE("a webhook endpoint tells its secret once, and can be put right", Way, InProcess,
                   OverSocket) {
  ClientWorld<Way> world;
  WebhookTerms terms{.url = "https://shop.example/webhook",
                     .enabled_events = {"customer.updated", "invoice.paid"}};
  const auto made = world.client.create_webhook_endpoint(terms, "green", world.key());
  REQUIRE_MESSAGE(made, made.error().message);
  CHECK(made->url == terms.url);
  CHECK(made->enabled);
  CHECK(made->enabled_events == terms.enabled_events);
  CHECK(made->api_version == billing::stripe::default_api_version);
  CHECK(made->secret.starts_with("whsec_"));
  CHECK(made->metadata.at("challenge_id") == "green");
  REQUIRE(world
              .raw("POST", "/v1/webhook_endpoints/" + made->id.text(), {},
                   "disabled=true&metadata[challenge_id]=")
              .status == 200);
  const auto listed = world.client.webhook_endpoints();
  REQUIRE_MESSAGE(listed, listed.error().message);
  REQUIRE(listed->size() == 1);
  CHECK(listed->front().id == made->id);
  CHECK_FALSE(listed->front().enabled);
  CHECK(listed->front().secret.empty());

  terms.enabled_events = {"customer.deleted"};
  const auto corrected =
      world.client.update_webhook_endpoint(made->id, terms, "green", world.key());
  REQUIRE_MESSAGE(corrected, corrected.error().message);
  CHECK(corrected->enabled);
  CHECK(corrected->enabled_events == terms.enabled_events);
  CHECK(corrected->secret.empty());
  CHECK(corrected->metadata.at("challenge_id") == "green");
}

TEST_CASE_TEMPLATE("events are listed by type from a second on, newest first, with whose they are",
                   Way, InProcess, OverSocket) {
  ClientWorld<Way> world;
  const auto ada = world.client.create_customer("ada@example.com", "green", world.key());
  REQUIRE(ada);
  REQUIRE(world.raw("POST", "/v1/customers/" + ada->id.text(), {}, "name=Ada").status == 200);
  const auto draft =
      world.client.create_invoice({.customer = ada->id, .currency = "usd"}, world.key());
  REQUIRE(draft);

  const Second beginning{};
  const auto events = world.client.events({"customer.updated", "invoice.*"}, beginning);
  REQUIRE_MESSAGE(events, events.error().message);
  // With its first invoice a customer gets a currency.
  REQUIRE(types_of(*events) == "invoice.created customer.updated customer.updated ");
  const WebhookEvent& created = events->at(0);
  CHECK(created.id.text().starts_with("evt_"));
  CHECK(created.object_id == draft->id.text());
  CHECK(created.customer == ada->id);
  const WebhookEvent& updated = events->at(2);
  CHECK(updated.object_id == ada->id.text());
  CHECK(updated.customer == ada->id);
  CHECK(world.client
            .events({"customer.updated", "invoice.*"}, created.created + std::chrono::seconds(1))
            ->empty());
  CHECK(world.client.events({"charge.*"}, beginning)->empty());
}

TEST_CASE("more events than fit on a page are all found") {
  ClientWorld<InProcess> world;
  for (int i = 0; i < 205; ++i) {
    REQUIRE(world.client.create_customer("ada@example.com", "green", world.key()));
  }
  const auto events = world.client.events({"customer.created"}, Second());
  REQUIRE(events);
  CHECK(events->size() == 205);
}
