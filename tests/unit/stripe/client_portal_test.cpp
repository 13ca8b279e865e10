// SPDX-License-Identifier: Apache-2.0
#include "scripted_client.hpp"

#include <doctest/doctest.h>

using billing::CustomerId;
using billing::IdempotencyKey;
using billing::parameter;
using billing::PortalConfigurationId;
using billing::Second;
using billing::tests::list_json;
using billing::tests::ScriptedClient;

namespace {

const std::string configuration_json =
    R"({"id":"bpc_1","object":"billing_portal.configuration","active":true,)"
    R"("business_profile":{"headline":null},"features":{"invoice_history":{"enabled":true},)"
    R"("payment_method_update":{"enabled":false},)"
    R"("subscription_cancel":{"enabled":true,"mode":"at_period_end"}},"metadata":{}})";

std::string event_json(const std::string& id, const std::string& type, const std::string& object) {
  return R"({"id":")" + id + R"(","object":"event","type":")" + type +
         R"(","created":1767225600,"data":{"object":)" + object + "}}";
}

std::string endpoint_json(const std::string& fields) {
  return R"({"id":"we_1","object":"webhook_endpoint","url":"https://x/webhook",)"
         R"("enabled_events":["invoice.paid"],"status":"enabled","metadata":{},)" +
         fields + R"("livemode":false})";
}

const billing::WebhookTerms two_events{.url = "https://x/webhook",
                                       .enabled_events = {"customer.updated", "invoice.paid"}};

}  // namespace

TEST_CASE("a portal configuration is asked for with all its features, and made active again") {
  ScriptedClient world;
  world.transport.answer(200, configuration_json).answer(200, configuration_json);
  const billing::PortalTerms terms{.headline = "/dev/chat", .cancel_mode = "immediately"};
  const std::string asked =
      "business_profile[headline]=%2Fdev%2Fchat"
      "&features[payment_method_update][enabled]=true&features[invoice_history][enabled]=true"
      "&features[subscription_cancel][enabled]=true"
      "&features[subscription_cancel][mode]=immediately&metadata[challenge_id]=green";
  const auto made = world.client.create_portal_configuration(terms, "green", IdempotencyKey("k"));
  REQUIRE_MESSAGE(made, made.error().message);
  CHECK(world.sent(0).path == "/v1/billing_portal/configurations");
  CHECK(world.sent(0).body == asked);
  CHECK(made->headline.empty());
  CHECK(made->invoice_history);
  CHECK_FALSE(made->payment_method_update);
  CHECK(made->cancel_mode == "at_period_end");
  REQUIRE(world.client.update_portal_configuration(PortalConfigurationId("bpc_1"), terms, "green",
                                                   IdempotencyKey("k")));
  CHECK(world.sent(1).path == "/v1/billing_portal/configurations/bpc_1");
  CHECK(world.sent(1).body == asked + "&active=true");
}

TEST_CASE("of portal configurations one page of a hundred is read") {
  ScriptedClient world;
  world.transport.answer(200, list_json(configuration_json, /*has_more=*/true));
  const auto all = world.client.newest_portal_configurations();
  REQUIRE_MESSAGE(all, all.error().message);
  CHECK(all->size() == 1);
  CHECK(parameter(world.sent(0).query, "limit") == "100");
  CHECK(world.transport.used_up());
}

TEST_CASE("a portal session is read with its configuration's id, expanded or not") {
  for (const std::string& configuration : {std::string(R"("bpc_1")"), configuration_json}) {
    ScriptedClient world;
    world.transport.answer(
        200, R"({"id":"bps_1","url":"https://p","configuration":)" + configuration + "}");
    const auto session =
        world.client.create_portal_session({.customer = CustomerId("cus_1"),
                                            .configuration = PortalConfigurationId("bpc_1"),
                                            .return_url = "http://localhost/dashboard"},
                                           IdempotencyKey("k"));
    REQUIRE_MESSAGE(session, session.error().message);
    CHECK(session->url == "https://p");
    CHECK(session->configuration.text() == "bpc_1");
    CHECK(world.sent(0).body ==
          "customer=cus_1&configuration=bpc_1&return_url=http%3A%2F%2Flocalhost%2Fdashboard");
  }
}

TEST_CASE("an endpoint is made for this client's version, and enabled when it is put right") {
  ScriptedClient world;
  world.transport.answer(200, endpoint_json(R"("secret":"whsec_1","api_version":"x",)"))
      .answer(200, endpoint_json(R"("api_version":null,)"));
  const auto made = world.client.create_webhook_endpoint(two_events, "green", IdempotencyKey("k"));
  REQUIRE_MESSAGE(made, made.error().message);
  CHECK(made->secret == "whsec_1");
  const std::string asked =
      "url=https%3A%2F%2Fx%2Fwebhook&metadata[challenge_id]=green"
      "&enabled_events[]=customer.updated&enabled_events[]=invoice.paid";
  CHECK(world.sent(0).body == asked + "&api_version=2025-02-24.acacia");
  const auto corrected = world.client.update_webhook_endpoint(
      billing::WebhookEndpointId("we_1"), two_events, "green", IdempotencyKey("k"));
  REQUIRE_MESSAGE(corrected, corrected.error().message);
  CHECK(corrected->secret.empty());
  CHECK(corrected->api_version.empty());
  CHECK(world.sent(1).path == "/v1/webhook_endpoints/we_1");
  CHECK(world.sent(1).body == asked + "&disabled=false");
}

TEST_CASE("an event says what it is about and whose that is, as far as its object does") {
  ScriptedClient world;
  world.transport.answer(
      200,
      list_json(
          event_json("evt_4", "invoice.upcoming", R"({"object":"invoice","customer":"cus_1"})") +
          "," + event_json("evt_3", "customer.updated", R"({"id":"cus_1","object":"customer"})") +
          "," +
          event_json("evt_2", "invoice.paid",
                     R"({"id":"in_1","object":"invoice","customer":{"id":"cus_1"}})") +
          "," + event_json("evt_1", "product.created", R"({"id":"prod_1","object":"product"})")));
  const auto events =
      world.client.events({"invoice.*", "customer.updated"}, Second(std::chrono::seconds(100)));
  REQUIRE_MESSAGE(events, events.error().message);
  REQUIRE(events->size() == 4);
  CHECK(events->at(0).object_id.empty());
  CHECK(events->at(0).customer.text() == "cus_1");
  CHECK(events->at(1).object_id == "cus_1");
  CHECK(events->at(1).customer.text() == "cus_1");
  CHECK(events->at(2).object_id == "in_1");
  CHECK(events->at(2).customer.text() == "cus_1");
  CHECK(events->at(3).customer.empty());
  CHECK(world.sent(0).path == "/v1/events");
  CHECK(parameter(world.sent(0).query, "created[gte]") == "100");
  CHECK(parameter(world.sent(0).query, "types[]") == "invoice.*");
}
