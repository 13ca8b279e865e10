// SPDX-License-Identifier: Apache-2.0
#include "scripted_client.hpp"

#include <doctest/doctest.h>

using billing::Second;
using billing::UsageType;
using billing::tests::list_json;
using billing::tests::ScriptedClient;

namespace {

Second stripe_second(std::int64_t seconds) {
  return Second(std::chrono::seconds(seconds));
}

std::string item_json(const std::string& period) {
  return R"({"id":"si_1","object":"subscription_item",)" + period +
         R"("price":{"id":"price_1","product":"prod_1","recurring":{"usage_type":"metered"}}})";
}

std::string subscription_json(const std::string& period, const std::string& item) {
  return R"({"id":"sub_1","customer":"cus_1","status":"active","created":100,)" + period +
         R"("items":{"object":"list","data":[)" + item + "]}}";
}

const std::string session_answer =
    R"({"id":"cs_test_1","status":"open","customer":"cus_1","subscription":null,)"
    R"("url":"https://x"})";

billing::stripe::NewCheckoutSession new_session(billing::PriceRole role, int trial_days) {
  return {.customer = billing::CustomerId("cus_1"),
          .price = {.role = role,
                    .id = billing::PriceId("price_1"),
                    .product = billing::ProductId("prod_1"),
                    .product_name = "p",
                    .nickname = "n",
                    .amount = {8000, "usd"},
                    .lookup_key = "l"},
          .trial_days = trial_days,
          .challenge_id = "green",
          .success_url = "http://localhost/dashboard?session_id={CHECKOUT_SESSION_ID}",
          .cancel_url = "http://localhost/dashboard"};
}

std::string session_body(billing::PriceRole role, int trial_days) {
  ScriptedClient world;
  world.transport.answer(200, session_answer);
  REQUIRE(world.client.create_checkout_session(new_session(role, trial_days),
                                               billing::IdempotencyKey("k")));
  return world.sent(0).body;
}

bool form_has(const std::string& body, const std::string& pair) {
  return ("&" + body + "&").find("&" + pair + "&") != std::string::npos;
}

}  // namespace

TEST_CASE("a period is read alike from the subscription and from its item") {
  const std::string period = R"("current_period_start":200,"current_period_end":300,)";
  for (const std::string& body :
       {subscription_json(period, item_json("")), subscription_json("", item_json(period))}) {
    ScriptedClient world;
    world.transport.answer(200, body);
    const auto subscription = world.client.subscription(billing::SubscriptionId("sub_1"));
    REQUIRE(subscription);
    CHECK(subscription->created == stripe_second(100));
    REQUIRE(subscription->items.size() == 1);
    CHECK(subscription->items[0].period_start == stripe_second(200));
    CHECK(subscription->items[0].period_end == stripe_second(300));
    CHECK(subscription->items[0].usage_type == UsageType::metered);
    CHECK(subscription->items[0].product.text() == "prod_1");
  }
}

TEST_CASE("a customer's subscriptions are asked for with the canceled ones") {
  ScriptedClient world;
  world.transport.answer(200, list_json(""));
  REQUIRE(world.client.subscriptions(billing::CustomerId("cus_1")));
  CHECK(billing::parameter(world.sent(0).query, "status") == "all");
  CHECK(billing::parameter(world.sent(0).query, "customer") == "cus_1");
}

TEST_CASE(
    "the on-demand price is bought without quantity, trial or anything else a metered line "
    "refuses") {
  const std::string body = session_body(billing::PriceRole::on_demand, 3);
  CHECK(form_has(body, "mode=subscription"));
  CHECK(form_has(body, "line_items[0][price]=price_1"));
  CHECK(form_has(body, "metadata[challenge_id]=green"));
  CHECK(form_has(body, "subscription_data[metadata][challenge_id]=green"));
  CHECK(form_has(body, "cancel_url=http%3A%2F%2Flocalhost%2Fdashboard"));
  CHECK(body.find("quantity") == std::string::npos);
  CHECK(body.find("trial") == std::string::npos);
}

TEST_CASE("the monthly price is bought once, not adjustable, with its trial and a card") {
  const std::string body = session_body(billing::PriceRole::monthly, 3);
  CHECK(form_has(body, "line_items[0][quantity]=1"));
  CHECK(form_has(body, "line_items[0][adjustable_quantity][enabled]=false"));
  CHECK(form_has(body, "subscription_data[trial_period_days]=3"));
  CHECK(form_has(body, "payment_method_collection=always"));
  CHECK(form_has(body, "metadata[challenge_id]=green"));
  CHECK(form_has(body, "subscription_data[metadata][challenge_id]=green"));
}

TEST_CASE("usage is set at its second and never added to it") {
  ScriptedClient world;
  world.transport.answer(
      200, R"({"id":"mbur_1","subscription_item":"si_1","quantity":1,"timestamp":1767225600})");
  const auto record = world.client.create_usage_record(
      {.item = billing::ItemId("si_1"), .timestamp = stripe_second(1767225600)},
      billing::IdempotencyKey("k"));
  REQUIRE(record);
  CHECK(record->id.text() == "mbur_1");
  CHECK(record->timestamp == stripe_second(1767225600));
  CHECK(world.sent(0).path == "/v1/subscription_items/si_1/usage_records");
  CHECK(world.sent(0).body == "quantity=1&timestamp=1767225600&action=set");
}

TEST_CASE("the summary without an invoice is the open period's") {
  ScriptedClient world;
  world.transport.answer(
      200, list_json(R"({"id":"sis_2","subscription_item":"si_1","total_usage":3,"invoice":null,)"
                     R"("period":{"start":1769904000,"end":null}},)"
                     R"({"id":"sis_1","subscription_item":"si_1","total_usage":5,"invoice":"in_1",)"
                     R"("period":{"start":null,"end":1769904000}})"));
  const auto summaries = world.client.usage_record_summaries(billing::ItemId("si_1"));
  REQUIRE(summaries);
  CHECK(summaries->at(0).is_open());
  CHECK(summaries->at(0).total_usage == 3);
  CHECK(summaries->at(0).period_start == summaries->at(1).period_end);
  CHECK_FALSE(summaries->at(1).is_open());
}

TEST_CASE("an upcoming invoice with more lines than fit is read whole") {
  ScriptedClient world;
  const auto line = [](const std::string& id, const std::string& quantity) {
    return R"({"id":")" + id + R"(","description":"d","amount":8000,"currency":"usd","quantity":)" +
           quantity + R"(,"period":{"start":1767225600,"end":1769904000}})";
  };
  world.transport
      .answer(200, R"({"total":24000,"currency":"usd","created":1769904000,"lines":)" +
                       list_json(line("il_1", "1"), true) + "}")
      .answer(200, list_json(line("il_1", "1") + "," + line("il_2", "null")));
  const auto invoice = world.client.upcoming_invoice(billing::SubscriptionId("sub_1"));
  REQUIRE(invoice);
  CHECK((invoice->total == billing::Money{24000, "usd"}));
  REQUIRE(invoice->lines.size() == 2);
  CHECK(invoice->lines[1].quantity == 0);
  CHECK(world.transport.used_up());
}

TEST_CASE("an id can't lead a request to another path") {
  ScriptedClient world;
  CHECK_FALSE(world.client.subscription(billing::SubscriptionId("../customers/cus_1?x")));
  CHECK(world.sent(0).path == "/v1/subscriptions/..%2Fcustomers%2Fcus_1%3Fx");
}
