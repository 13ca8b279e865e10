// SPDX-License-Identifier: Apache-2.0
// The client on a machine whose date jumps.
#include "scripted_client.hpp"

#include <doctest/doctest.h>

namespace billing::tests {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr Second midnight{seconds(1'767'225'600)};  // 2026-01-01, where a FakeClock starts.

/// One call that is answered with this date.
void hear_date(ScriptedClient& world, const std::string& date) {
  world.transport.answer(200, list_json(""), {{"Date", date}});
  REQUIRE(world.client.customers("a@b.c"));
}

}  // namespace

TEST_CASE("A date set back doesn't take Stripe's time back before what Stripe has said") {
  ScriptedClient world;
  world.clock.advance(seconds(10));
  hear_date(world, "Thu, 01 Jan 2026 00:00:10 GMT");
  world.clock.set_lead(-hours(24));
  CHECK(world.client.now_at_stripe() >= midnight + seconds(10));
  CHECK(world.client.now_at_stripe() < midnight + seconds(11));

  // The next answer tells where the clock stands now.
  world.clock.advance(seconds(20));
  hear_date(world, "Thu, 01 Jan 2026 00:00:30 GMT");
  CHECK(world.client.clock_lead() == -hours(24));
  world.clock.advance(seconds(5));
  CHECK(world.client.now_at_stripe() >= midnight + seconds(35));
  CHECK(world.client.now_at_stripe() < midnight + seconds(36));
}

TEST_CASE("Dates drop the fraction of their second: the latest of them is nearest to the truth") {
  ScriptedClient world;
  hear_date(world, "Thu, 01 Jan 2026 00:00:30 GMT");
  world.clock.advance(std::chrono::milliseconds(900));
  hear_date(world, "Thu, 01 Jan 2026 00:00:30 GMT");
  CHECK(world.client.now_at_stripe() == midnight + std::chrono::milliseconds(30'900));
  world.clock.advance(std::chrono::milliseconds(50));
  hear_date(world, "Thu, 01 Jan 2026 00:00:31 GMT");
  CHECK(world.client.now_at_stripe() == midnight + seconds(31));
}

TEST_CASE("A date that is seconds earlier says that Stripe's clock was put right") {
  ScriptedClient world;
  hear_date(world, "Thu, 01 Jan 2026 00:00:30 GMT");
  hear_date(world, "Thu, 01 Jan 2026 00:00:10 GMT");
  CHECK(world.client.now_at_stripe() == midnight + seconds(10));
}

TEST_CASE("A jump of the date in the middle of a call doesn't end its budget") {
  for (const hours jump : {hours(24), -hours(24)}) {
    CAPTURE(jump.count());
    ScriptedClient world;
    world.transport.on_send = [&] { world.clock.set_lead(jump); };
    world.transport.answer(503, "{}").answer(200, list_json(""));
    CHECK(world.client.customers("a@b.c", {.budget = seconds(5)}));
    CHECK(world.transport.used_up());
    for (const auto& each : world.transport.sent) {
      CHECK(each.timeout > seconds(0));
      CHECK(each.timeout <= seconds(5));
    }
  }
}

TEST_CASE("A jump of the date between the pages of a list doesn't end its budget") {
  ScriptedClient world;
  world.transport.on_send = [&] { world.clock.set_lead(hours(24)); };
  world.transport.answer(200, list_json(customer_json("cus_2"), true))
      .answer(200, list_json(customer_json("cus_1")));
  const auto customers = world.client.customers("a@b.c", {.budget = seconds(5)});
  REQUIRE(customers);
  CHECK(customers->size() == 2);
}

}  // namespace billing::tests
