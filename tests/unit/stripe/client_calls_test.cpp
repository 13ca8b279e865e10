// SPDX-License-Identifier: Apache-2.0
#include "scripted_client.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using billing::ErrorCode;
using billing::IdempotencyKey;
using billing::tests::customer_json;
using billing::tests::list_json;
using billing::tests::ScriptedClient;

namespace {

auto create_customer(ScriptedClient& world, billing::stripe::Call call = {}) {
  return world.client.create_customer("a@b.c", "green", IdempotencyKey("key_1"), call);
}

}  // namespace

TEST_CASE("every call carries the key, the version, who asks, and a write its idempotency key") {
  ScriptedClient world;
  world.transport.answer(200, list_json("")).answer(200, customer_json("cus_1"));
  CHECK(world.client.customers("a@b.c"));
  CHECK(create_customer(world));
  for (const std::size_t i : {0U, 1U}) {
    CHECK(world.sent_header(i, "Authorization") == "Bearer sk_test_verysecret");
    CHECK(world.sent_header(i, "Stripe-Version") == "2025-02-24.acacia");
    CHECK(world.sent_header(i, "User-Agent").starts_with("billing/"));
  }
  CHECK(world.sent_header(0, "Idempotency-Key").empty());
  CHECK(world.sent_header(1, "Idempotency-Key") == "key_1");
  CHECK(world.sent_header(1, "Content-Type") == "application/x-www-form-urlencoded");
  CHECK(world.sent(1).body == "email=a%40b.c&metadata[challenge_id]=green");
}

TEST_CASE("a write keeps its idempotency key over all its retries") {
  ScriptedClient world;
  world.transport.fail(ErrorCode::outcome_unknown)
      .answer(500, "{}")
      .answer(200, customer_json("cus_1"));
  const auto customer = create_customer(world);
  REQUIRE(customer);
  CHECK(customer->id.text() == "cus_1");
  CHECK(world.transport.used_up());
  REQUIRE(world.transport.sent.size() == 3);
  for (const std::size_t i : {0U, 1U, 2U})
    CHECK(world.sent_header(i, "Idempotency-Key") == "key_1");
  CHECK(world.clock.sleeps().size() == 2);
}

TEST_CASE("a refusal is final at once") {
  ScriptedClient world;
  world.transport.answer(400, R"({"error":{"message":"no"}})");
  CHECK(create_customer(world).error().code == ErrorCode::invalid);
  CHECK(world.transport.sent.size() == 1);
  CHECK(world.clock.sleeps().empty());
}

TEST_CASE("a call ends within its budget, pauses included") {
  ScriptedClient world;
  const auto start = world.clock.now();
  world.transport.on_send = [&] { world.clock.advance(400ms); };
  for (int i = 0; i < 50; ++i) world.transport.answer(503, "{}");
  CHECK_FALSE(create_customer(world, {.budget = 3s, .tries_max = 50}));
  CHECK(world.clock.now() - start <= 3s);
  CHECK(world.transport.sent.size() > 1);
  for (const auto& each : world.transport.sent) CHECK(each.timeout <= 3s);
  CHECK(world.transport.sent.back().timeout < 3s);
}

TEST_CASE("a try that can't connect doesn't settle what became of an earlier one") {
  ScriptedClient world;
  world.transport.fail(ErrorCode::outcome_unknown).answer(429, "{}").fail(ErrorCode::unavailable);
  CHECK(create_customer(world).error().code == ErrorCode::outcome_unknown);
  CHECK(world.transport.used_up());
}

TEST_CASE("a key that is refused meanwhile doesn't settle what became of an earlier try") {
  ScriptedClient world;
  world.transport.fail(ErrorCode::outcome_unknown).answer(401, "{}");
  CHECK(create_customer(world).error().code == ErrorCode::outcome_unknown);
  CHECK(world.transport.used_up());
}

TEST_CASE("a write that never left is unavailable, and nothing is in doubt") {
  ScriptedClient world;
  for (int i = 0; i < 3; ++i) world.transport.fail(ErrorCode::unavailable);
  CHECK(create_customer(world).error().code == ErrorCode::unavailable);
}

TEST_CASE("a stored server error is not asked for again") {
  ScriptedClient world;
  world.transport.answer(500, "{}", {{"Idempotent-Replayed", "true"}});
  const auto customer = create_customer(world);
  CHECK(customer.error().code == ErrorCode::outcome_unknown);
  CHECK(customer.error().stripe->replayed);
  CHECK(world.transport.sent.size() == 1);
}

TEST_CASE("an answer that makes no sense is corrupt and not a success") {
  for (const std::string body : {"<html>", "[]", R"({"id":5})", R"({"email":"a@b.c"})"}) {
    CAPTURE(body);
    ScriptedClient world;
    world.transport.answer(200, body);
    CHECK(create_customer(world).error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("all pages of a list are read, in order, within one budget") {
  ScriptedClient world;
  world.transport.on_send = [&] { world.clock.advance(1s); };
  world.transport
      .answer(200, list_json(customer_json("cus_3") + "," + customer_json("cus_2"), true))
      .answer(200, list_json(customer_json("cus_1")));
  const auto customers = world.client.customers("a@b.c", {.budget = 10s});
  REQUIRE(customers);
  REQUIRE(customers->size() == 3);
  CHECK(customers->back().id.text() == "cus_1");
  CHECK(billing::parameter(world.sent(0).query, "limit") == "100");
  CHECK_FALSE(billing::parameter(world.sent(0).query, "starting_after"));
  CHECK(billing::parameter(world.sent(1).query, "starting_after") == "cus_2");
  CHECK(billing::parameter(world.sent(1).query, "email") == "a@b.c");
  CHECK(world.transport.sent[1].timeout == 9s);
}

TEST_CASE("an empty page that promises more ends the list") {
  ScriptedClient world;
  world.transport.answer(200, list_json("", true));
  const auto customers = world.client.customers("a@b.c");
  REQUIRE(customers);
  CHECK(customers->empty());
}

TEST_CASE("the secret key is in no error and no observation") {
  ScriptedClient world;
  world.transport.answer(401,
                         R"({"error":{"message":"Invalid API Key provided: sk_test_verysecret"}})");
  const auto customer = create_customer(world);
  CHECK(customer.error().message.find("verysecret") == std::string::npos);
  CHECK(customer.error().stripe->message.find("verysecret") == std::string::npos);
  CHECK(world.observer.count("stripe_call_failed") == 1);
  CHECK_FALSE(world.observer.mentions("verysecret"));
}

TEST_CASE("fresh keys differ") {
  ScriptedClient world;
  CHECK(world.client.fresh_key() != world.client.fresh_key());
}

TEST_CASE("Stripe's time is what its answer says, from when it came in") {
  ScriptedClient world;
  // The answer was made at 00:00:10 by Stripe's clock, and came in at 00:00:22 by ours.
  world.clock.advance(20s);
  world.transport.on_send = [&] { world.clock.advance(2s); };
  world.transport.answer(404, "{}", {{"date", "Thu, 01 Jan 2026 00:00:10 GMT"}});
  CHECK_FALSE(world.client.now_at_stripe().has_value());
  CHECK(world.client.clock_lead() == 0s);
  CHECK_FALSE(create_customer(world));
  CHECK(world.client.clock_lead() == 12s);
  CHECK(world.client.now_at_stripe() == world.clock.now() - 12s);
}
