// SPDX-License-Identifier: Apache-2.0
#include <billing/provisioning.hpp>

#include "client_worlds.hpp"

#include <doctest/doctest.h>

using billing::ProvisionAction;
using billing::ProvisionedObject;
using billing::ProvisionScope;
using billing::WebhookTerms;
using billing::stripe::PortalConfiguration;
using billing::tests::ClientWorld;
using billing::tests::InProcess;
using billing::tests::OverSocket;

namespace {

billing::Catalog green_shop() {
  return billing::devchat_catalog("green").value();
}

/// What a run did to the portal's configuration, which it tells of last.
ProvisionedObject provisioned_portal(auto& world,
                                     ProvisionScope scope = ProvisionScope::everything) {
  const auto objects = billing::provision(world.client, green_shop(), {.scope = scope});
  REQUIRE_MESSAGE(objects, objects.error().message);
  CHECK(objects->back().object == "portal_configuration");
  CHECK(objects->back().key == "/dev/chat");
  return objects->back();
}

std::vector<PortalConfiguration> configurations_in(auto& world) {
  const auto all = world.client.newest_portal_configurations();
  REQUIRE(all);
  return *all;
}

std::string offered_portal(auto& world) {
  const auto offerings = billing::read_offerings(world.client, green_shop());
  REQUIRE(offerings);
  return offerings->portal.text();
}

const WebhookTerms endpoint_terms{.url = "https://shop.example/webhook",
                                  .enabled_events = {"customer.updated", "invoice.paid"}};

billing::ProvisionedWebhook provisioned_webhook(auto& world,
                                                const WebhookTerms& terms = endpoint_terms,
                                                ProvisionScope scope = ProvisionScope::everything) {
  const auto webhook = billing::provision_webhook(world.client, green_shop(), terms, scope);
  REQUIRE_MESSAGE(webhook, webhook.error().message);
  CHECK(webhook->object.object == "webhook_endpoint");
  CHECK(webhook->object.key == terms.url);
  return *webhook;
}

}  // namespace

TEST_CASE_TEMPLATE("the portal's configuration is made once and found from then on", Way, InProcess,
                   OverSocket) {
  ClientWorld<Way> world;
  CHECK(offered_portal(world).empty());
  const ProvisionedObject made = provisioned_portal(world);
  CHECK(made.action == ProvisionAction::created);
  CHECK(made.id.starts_with("bpc_"));
  const ProvisionedObject again = provisioned_portal(world);
  CHECK(again.action == ProvisionAction::unchanged);
  CHECK(again.id == made.id);
  CHECK(configurations_in(world).size() == 1);
  CHECK(offered_portal(world) == made.id);
}

TEST_CASE_TEMPLATE("each thing that differs in the portal's configuration is put right in place",
                   Way, InProcess, OverSocket) {
  ClientWorld<Way> world;
  // The first configuration is the account's default, which can't be made inactive.
  REQUIRE(world
              .raw("POST", "/v1/billing_portal/configurations", {},
                   "features[invoice_history][enabled]=true")
              .status == 200);
  const ProvisionedObject made = provisioned_portal(world);
  for (const std::string edit :
       {"business_profile[headline]=Other", "active=false",
        "features[payment_method_update][enabled]=false",
        "features[invoice_history][enabled]=false", "features[subscription_cancel][enabled]=false",
        "features[subscription_cancel][enabled]=true"
        "&features[subscription_cancel][mode]=at_period_end"}) {
    CAPTURE(edit);
    REQUIRE(world.raw("POST", "/v1/billing_portal/configurations/" + made.id, {}, edit).status ==
            200);
    const std::size_t writes = world.writes();
    CHECK(provisioned_portal(world, ProvisionScope::dry_run).action == ProvisionAction::updated);
    const ProvisionedObject left = provisioned_portal(world, ProvisionScope::only_missing);
    CHECK(left.action == ProvisionAction::unchanged);
    CHECK(left.differs);
    CHECK(world.writes() == writes);
    const ProvisionedObject corrected = provisioned_portal(world);
    CHECK(corrected.action == ProvisionAction::updated);
    CHECK(corrected.id == made.id);
    CHECK(provisioned_portal(world).action == ProvisionAction::unchanged);
  }
}

TEST_CASE("a portal configuration of somebody else is left alone, and not offered") {
  ClientWorld<InProcess> world;
  REQUIRE(world.client.create_portal_configuration(green_shop().portal, "red", world.key()));
  CHECK(offered_portal(world).empty());
  const ProvisionedObject made = provisioned_portal(world);
  CHECK(made.action == ProvisionAction::created);
  CHECK(configurations_in(world).size() == 2);
  CHECK(offered_portal(world) == made.id);
}

TEST_CASE("of two portal configurations the newest active one is taken") {
  ClientWorld<InProcess> world;
  REQUIRE(world.client.create_portal_configuration(green_shop().portal, "red", world.key()));
  const auto older =
      world.client.create_portal_configuration(green_shop().portal, "green", world.key());
  const auto newer =
      world.client.create_portal_configuration(green_shop().portal, "green", world.key());
  REQUIRE(newer);
  CHECK(offered_portal(world) == newer->id.text());
  CHECK(provisioned_portal(world).id == newer->id.text());
  world.raw("POST", "/v1/billing_portal/configurations/" + newer->id.text(), {}, "active=false");
  CHECK(offered_portal(world) == older->id.text());
  CHECK(provisioned_portal(world).action == ProvisionAction::unchanged);
  world.raw("POST", "/v1/billing_portal/configurations/" + older->id.text(), {}, "active=false");
  CHECK(offered_portal(world).empty());
}

TEST_CASE("a run that may only add what is missing makes the portal's configuration") {
  ClientWorld<InProcess> world;
  CHECK(provisioned_portal(world, ProvisionScope::dry_run).id.empty());
  CHECK(configurations_in(world).empty());
  CHECK(provisioned_portal(world, ProvisionScope::only_missing).action == ProvisionAction::created);
}

TEST_CASE("one price's run leaves the portal alone") {
  ClientWorld<InProcess> world;
  REQUIRE(billing::provision(world.client, green_shop(),
                             {.only_price = billing::PriceRole::on_demand}));
  CHECK(configurations_in(world).empty());
}

TEST_CASE_TEMPLATE("a webhook endpoint is made once, and only then its secret is told", Way,
                   InProcess, OverSocket) {
  ClientWorld<Way> world;
  const auto dry = provisioned_webhook(world, endpoint_terms, ProvisionScope::dry_run);
  CHECK(dry.object.action == ProvisionAction::created);
  CHECK(dry.object.id.empty());
  CHECK(world.writes() == 0);
  const auto made = provisioned_webhook(world);
  CHECK(made.object.action == ProvisionAction::created);
  CHECK(made.object.id.starts_with("we_"));
  CHECK(made.secret.starts_with("whsec_"));
  const auto again = provisioned_webhook(world);
  CHECK(again.object.action == ProvisionAction::unchanged);
  CHECK(again.object.id == made.object.id);
  CHECK(again.secret.empty());
  CHECK(world.writes() == 1);
}

TEST_CASE_TEMPLATE("an endpoint that is disabled or has other events is put right in place", Way,
                   InProcess, OverSocket) {
  ClientWorld<Way> world;
  const auto made = provisioned_webhook(world);
  for (const std::string edit : {"disabled=true", "enabled_events[]=invoice.paid"}) {
    CAPTURE(edit);
    REQUIRE(world.raw("POST", "/v1/webhook_endpoints/" + made.object.id, {}, edit).status == 200);
    const auto corrected = provisioned_webhook(world);
    CHECK(corrected.object.action == ProvisionAction::updated);
    CHECK(corrected.object.id == made.object.id);
    CHECK(corrected.secret.empty());
    CHECK(provisioned_webhook(world).object.action == ProvisionAction::unchanged);
  }
}

TEST_CASE("the order of an endpoint's events is nothing to put right") {
  ClientWorld<InProcess> world;
  provisioned_webhook(world);
  WebhookTerms turned = endpoint_terms;
  std::swap(turned.enabled_events[0], turned.enabled_events[1]);
  CHECK(provisioned_webhook(world, turned).object.action == ProvisionAction::unchanged);
}

TEST_CASE("endpoints at another address or of somebody else are left alone") {
  ClientWorld<InProcess> world;
  WebhookTerms elsewhere = endpoint_terms;
  elsewhere.url = "https://old.example/webhook";
  REQUIRE(world.client.create_webhook_endpoint(elsewhere, "green", world.key()));
  REQUIRE(world.client.create_webhook_endpoint(endpoint_terms, "red", world.key()));
  CHECK(provisioned_webhook(world).object.action == ProvisionAction::created);
  CHECK(world.client.webhook_endpoints()->size() == 3);
}
