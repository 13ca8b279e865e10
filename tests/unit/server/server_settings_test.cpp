// SPDX-License-Identifier: Apache-2.0
#include "server/server_settings.hpp"

#include <doctest/doctest.h>

namespace billing::tests {
namespace {

using apps::Environment;
using apps::Origin;

std::vector<std::string> secrets_of(const std::string& text) {
  const Environment environment(
      {{"STRIPE_SECRET_KEY", {.value = "sk_test_1", .origin = Origin::environment}},
       {"CHALLENGE_ID", {.value = "green-narwhal", .origin = Origin::environment}},
       {"STRIPE_WEBHOOK_SECRET", {.value = text, .origin = Origin::environment}}},
      {});
  const auto settings = apps::server_settings(apps::read_settings(environment), {});
  REQUIRE(settings.has_value());
  return settings->webhook_secrets;
}

}  // namespace

TEST_CASE("STRIPE_WEBHOOK_SECRET is one secret, or several with commas between them") {
  using Secrets = std::vector<std::string>;
  CHECK(secrets_of("").empty());
  CHECK(secrets_of(" , ,").empty());
  CHECK(secrets_of("whsec_a") == Secrets{"whsec_a"});
  CHECK(secrets_of("whsec_a,whsec_b") == Secrets{"whsec_a", "whsec_b"});
  CHECK(secrets_of(" whsec_a , ,whsec_b\t,") == Secrets{"whsec_a", "whsec_b"});
}

TEST_CASE("No flag can carry a secret for webhooks") {
  const Environment environment({}, {});
  const auto settings = apps::read_settings(
      environment,
      {{.variable = "STRIPE_WEBHOOK_SECRET", .flag = "--webhook-secret", .value = "whsec_a"}});
  CHECK_FALSE(settings.stripe_webhook_secret.has_value());
}

}  // namespace billing::tests
