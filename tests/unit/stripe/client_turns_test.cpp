// SPDX-License-Identifier: Apache-2.0
// The client's turns at the rate limit.
#include "scripted_client.hpp"

#include <doctest/doctest.h>

namespace billing::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// One call in ten seconds: two may go at once, and each further one shows as a long sleep.
constexpr double one_in_ten_seconds = 0.1;

auto look_for_customers(ScriptedClient& world, stripe::Call call = {}) {
  return world.client.customers("a@b.c", call);
}

void owe_calls(ScriptedClient& world, int calls) {
  for (int i = 0; i < 2 + calls; ++i) static_cast<void>(world.limit.take());
}

}  // namespace

TEST_CASE("Each try of a call waits for a turn of its own") {
  ScriptedClient world(one_in_ten_seconds);
  for (int i = 0; i < 3; ++i) world.transport.answer(503, "{}");
  CHECK_FALSE(look_for_customers(world, {.budget = seconds(60), .tries_max = 3}));
  CHECK(world.transport.used_up());
  // Two pauses, and the wait for the third turn, which is due 10 s after the second.
  const auto sleeps = world.clock.sleeps();
  REQUIRE(sleeps.size() == 3);
  const milliseconds passed = sleeps[0] + sleeps[1] + sleeps[2];
  CHECK(passed >= seconds(10));
  CHECK(passed <= seconds(10) + milliseconds(1));
}

TEST_CASE("A call waits for its turn until its deadline at most, and is not made after it") {
  ScriptedClient world(one_in_ten_seconds);
  owe_calls(world, 5);
  const Moment start = world.clock.moment();
  const auto customers = look_for_customers(world, {.budget = seconds(3)});
  REQUIRE_FALSE(customers);
  CHECK(customers.error().code == ErrorCode::unavailable);
  CHECK(world.transport.sent.empty());
  CHECK(world.clock.moment() - start == seconds(3));
}

TEST_CASE("A call that was never made owes nothing") {
  ScriptedClient world(one_in_ten_seconds);
  owe_calls(world, 5);
  const Moment next = world.limit.next_at();
  CHECK_FALSE(look_for_customers(world, {.budget = seconds(3)}));
  REQUIRE(world.transport.sent.empty());
  CHECK(world.limit.next_at() - next <= milliseconds(1));
}

TEST_CASE("What is left after the wait for a turn is what the network gets") {
  ScriptedClient world(one_in_ten_seconds);
  owe_calls(world, 0);
  world.transport.answer(200, list_json(""));
  CHECK(look_for_customers(world, {.budget = seconds(12)}));
  REQUIRE(world.transport.sent.size() == 1);
  CHECK(world.transport.sent[0].timeout == seconds(2));
}

}  // namespace billing::tests
