// SPDX-License-Identifier: Apache-2.0
#include "settings/settings.hpp"

#include <doctest/doctest.h>

using billing::apps::Environment;
using billing::apps::Origin;
using billing::apps::port_number;
using billing::apps::read_settings;
using billing::apps::required_challenge_id;
using billing::apps::required_secret_key;
using billing::apps::Setting;

namespace {

Setting in_file(std::string value) {
  return {std::move(value), Origin::file, ".env:1"};
}

}  // namespace

TEST_CASE("what nobody set has its default, or is none") {
  const auto settings = read_settings(Environment({}, {}));
  CHECK(settings.stripe_api_base.value == "https://api.stripe.com");
  CHECK(settings.host.value == "127.0.0.1");
  CHECK(settings.port.value == "4242");
  CHECK(settings.database_url.value == "sqlite:billing.db");
  CHECK(settings.database_url.origin == Origin::fallback);
  CHECK_FALSE(settings.stripe_secret_key);
  CHECK_FALSE(settings.public_url);
}

TEST_CASE("a flag wins over what the environment says") {
  const Environment environment({}, {{"PORT", in_file("1")}, {"HOST", in_file("localhost")}});
  const auto settings =
      read_settings(environment, {{.variable = "PORT", .flag = "--port", .value = "2"}});
  CHECK(settings.port.value == "2");
  CHECK(settings.port.place == "--port");
  CHECK(settings.host.value == "localhost");
  CHECK(settings.host.place == ".env:1");
}

TEST_CASE("a missing key is told with the way to get one and the way without") {
  const auto key = required_secret_key(read_settings(Environment({}, {})));
  REQUIRE_FALSE(key);
  CHECK(key.error().code == billing::ErrorCode::invalid);
  CHECK(key.error().message.find("https://dashboard.stripe.com") != std::string::npos);
  CHECK(key.error().message.find("--sandbox") != std::string::npos);
}

TEST_CASE("a missing challenge id is told with an example") {
  const auto id = required_challenge_id(read_settings(Environment({}, {})));
  REQUIRE_FALSE(id);
  CHECK(id.error().message.find("thoughtful-green-narwhal") != std::string::npos);
}

TEST_CASE("a port is a number that fits") {
  CHECK(port_number(in_file("0")) == 0);
  CHECK(port_number(in_file("65535")) == 65535);
  for (const std::string wrong : {"", "65536", "-1", "80x", " 80", "http"}) {
    CAPTURE(wrong);
    const auto port = port_number(in_file(wrong));
    REQUIRE_FALSE(port);
    CHECK(port.error().message.find(".env:1") != std::string::npos);
  }
}
