// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_health.hpp>

#include "support/fake_clock.hpp"

#include <doctest/doctest.h>

namespace billing::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Error silence{.code = ErrorCode::outcome_unknown, .message = "no answer"};

Error limited_for(const std::string& reason, const std::string& code = "rate_limit") {
  return {.code = ErrorCode::rate_limited,
          .message = "too many",
          .stripe = StripeFailure{.status = 429, .code = code, .rate_limited_reason = reason}};
}

struct HealthFixture {
  FakeClock clock;
  SeededEntropy entropy{1};
  StripeHealth health{clock, entropy};

  HealthFixture() { health.saw_success(); }
  void saw(const Error& error, int times = 1) {
    for (int i = 0; i < times; ++i) health.saw(error);
  }
  /// How long it is paused from now on.
  milliseconds pause() const {
    const auto until = health.paused_until();
    return until ? *until - clock.moment() : milliseconds(0);
  }
};

}  // namespace

TEST_CASE("Until Stripe has answered once, nobody waits for it") {
  FakeClock clock;
  SeededEntropy entropy(1);
  StripeHealth health(clock, entropy);
  CHECK(health.failing());
  CHECK_MESSAGE(health.may_send(), "which is how to find out");
  health.saw_success();
  CHECK_FALSE(health.failing());
}

TEST_CASE("A probe that was not sent is free for the next who asks") {
  HealthFixture world;
  world.saw(silence, 4);
  world.clock.advance(seconds(5));
  REQUIRE(world.health.may_send());
  REQUIRE_FALSE(world.health.may_send());
  world.health.not_sent();
  CHECK(world.health.may_send());
}

TEST_CASE("One failure is believed and pauses nothing; several in a row pause delivery") {
  for (const ErrorCode code : {ErrorCode::outcome_unknown, ErrorCode::unavailable,
                               ErrorCode::timed_out, ErrorCode::denied}) {
    CAPTURE(code);
    HealthFixture world;
    CHECK_FALSE(world.health.failing());
    world.saw({.code = code, .message = ""});
    CHECK(world.health.failing());
    CHECK(world.health.may_send());
    CHECK_FALSE(world.health.paused_until().has_value());
    world.saw({.code = code, .message = ""}, 3);
    CHECK_FALSE(world.health.may_send());
    CHECK(world.pause() > milliseconds(0));
  }
}

TEST_CASE("Failures that are not in a row don't pause delivery") {
  HealthFixture world;
  for (int i = 0; i < 20; ++i) {
    world.saw(silence, 3);
    world.health.saw_success();
  }
  CHECK(world.health.may_send());
}

TEST_CASE("A limit on the whole account pauses delivery at once") {
  for (const char* reason : {"global-rate", "global-concurrency", "endpoint-rate", ""}) {
    CAPTURE(reason);
    HealthFixture world;
    world.saw(limited_for(reason));
    CHECK(world.health.failing());
    CHECK_FALSE(world.health.may_send());
  }
}

TEST_CASE("What concerns one object alone never pauses delivery") {
  for (const Error& error :
       {limited_for("", "lock_timeout"), limited_for("resource-specific"),
        Error{.code = ErrorCode::invalid, .message = "", .stripe = StripeFailure{.status = 400}}}) {
    HealthFixture world;
    world.saw(error, 50);
    CHECK_FALSE(world.health.failing());
    CHECK(world.health.may_send());
  }
}

TEST_CASE("A stored error is no sign of trouble") {
  HealthFixture world;
  const StripeFailure stored{.status = 500, .replayed = true};
  world.saw({.code = ErrorCode::outcome_unknown, .message = "", .stripe = stored}, 50);
  CHECK_FALSE(world.health.failing());
  CHECK(world.health.may_send());
}

TEST_CASE("At the end of a pause one caller is let through, and the others wait for its outcome") {
  HealthFixture world;
  world.saw(silence, 4);
  world.clock.advance(world.pause() - milliseconds(1));
  CHECK_FALSE(world.health.may_send());
  world.clock.advance(milliseconds(1));
  CHECK(world.health.may_send());
  CHECK_FALSE(world.health.may_send());
  world.saw(silence);
  CHECK_FALSE(world.health.may_send());
  world.clock.advance(world.pause());
  CHECK(world.health.may_send());
  CHECK_FALSE(world.health.may_send());
}

TEST_CASE("One that was let through and never heard of holds the others up for 5 s at most") {
  HealthFixture world;
  world.saw(silence, 4);
  world.clock.advance(world.pause());
  REQUIRE(world.health.may_send());
  CHECK(world.pause() <= seconds(5));
  world.clock.advance(seconds(5));
  CHECK(world.health.may_send());
  CHECK_FALSE(world.health.may_send());
}

TEST_CASE("Pauses grow from half a second to five") {
  HealthFixture world;
  world.saw(silence, 3);
  for (const int whole_ms : {500, 1'000, 2'000, 4'000, 5'000, 5'000, 5'000, 5'000, 5'000, 5'000}) {
    CAPTURE(whole_ms);
    world.saw(silence);
    CHECK(world.pause() >= milliseconds(whole_ms / 2));
    CHECK(world.pause() <= milliseconds(whole_ms));
    world.clock.advance(world.pause());
    REQUIRE(world.health.may_send());
  }
}

TEST_CASE("Calls that were under way when a pause began don't lengthen it") {
  HealthFixture world;
  world.saw(silence, 4);
  const auto until = world.health.paused_until();
  world.saw(silence, 50);
  CHECK(world.health.paused_until() == until);
  world.clock.advance(world.pause());
  REQUIRE(world.health.may_send());
  world.saw(silence);
  CHECK_MESSAGE(world.pause() <= seconds(1), "that was the second pause");
}

TEST_CASE("A success ends a pause, and the next begins from half a second again") {
  HealthFixture world;
  world.saw(silence, 4);
  for (int i = 0; i < 5; ++i) {
    world.clock.advance(world.pause());
    REQUIRE(world.health.may_send());
    world.saw(silence);
  }
  REQUIRE(world.pause() > seconds(1));
  world.health.saw_success();
  CHECK_FALSE(world.health.failing());
  for (int i = 0; i < 20; ++i) CHECK(world.health.may_send());
  world.saw(silence);
  CHECK_MESSAGE(world.health.may_send(), "one failure is one failure");
  world.saw(silence, 3);
  CHECK(world.pause() <= milliseconds(500));
}

TEST_CASE("A failure is believed for 30 s") {
  HealthFixture world;
  world.saw(silence);
  world.clock.advance(seconds(30) - milliseconds(1));
  CHECK(world.health.failing());
  world.clock.advance(milliseconds(1));
  CHECK_FALSE(world.health.failing());
}

TEST_CASE("A delivery that is under way for 3 s means failing, until it ends") {
  HealthFixture world;
  {
    const StripeHealth::Watch first(world.health);
    world.clock.advance(seconds(2));
    {
      const StripeHealth::Watch second(world.health);
      world.clock.advance(milliseconds(999));
      CHECK_FALSE(world.health.failing());
      world.clock.advance(milliseconds(1));
      CHECK(world.health.failing());
      CHECK_MESSAGE(world.health.may_send(), "it pauses nothing");
    }
    CHECK_MESSAGE(world.health.failing(), "the first is still under way");
  }
  CHECK_FALSE(world.health.failing());
}

TEST_CASE("A delivery that ends leaves another's watch as it was") {
  HealthFixture world;
  // Begun in the same millisecond: which of them ends must make no difference.
  std::optional<StripeHealth::Watch> first(std::in_place, world.health);
  const StripeHealth::Watch second(world.health);
  world.clock.advance(seconds(1));
  first.reset();
  world.clock.advance(seconds(2));
  CHECK(world.health.failing());
}

TEST_CASE("A date that jumps changes neither a pause nor what is believed") {
  HealthFixture world;
  world.saw(silence, 4);
  const auto pause = world.pause();
  world.clock.set_lead(std::chrono::hours(24));
  CHECK(world.health.failing());
  CHECK_FALSE(world.health.may_send());
  world.clock.set_lead(-std::chrono::hours(24));
  world.clock.advance(pause);
  CHECK(world.health.may_send());
}

}  // namespace billing::tests
