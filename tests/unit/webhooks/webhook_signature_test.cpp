// SPDX-License-Identifier: Apache-2.0
#include <billing/webhook_signature.hpp>

#include "support/signed_webhook.hpp"

#include <doctest/doctest.h>

namespace billing::tests {
namespace {

const std::string secret = "whsec_first";
const std::string body = R"({"id": "evt_1", "text": "Zoë"})";
constexpr std::int64_t now = 1'768'478'400;

std::string v1(std::int64_t time) {
  return v1_of(secret, std::to_string(time), body);
}

/// The message; empty if the signature is good.
std::string complaint(const std::string& header, const std::vector<std::string>& secrets = {secret},
                      const std::string& text = body) {
  const auto checked =
      check_signature({.body = text, .header = header}, secrets, Second(std::chrono::seconds(now)));
  if (checked) return {};
  CHECK(checked.error().code == ErrorCode::invalid);
  return checked.error().message;
}

std::string timed(std::int64_t time, const std::string& rest) {
  return "t=" + std::to_string(time) + "," + rest;
}

const std::string no_payload = "No webhook payload was provided.";
const std::string no_header = "No stripe-signature header value was provided.";
const std::string no_time = "Unable to extract timestamp and signatures from header";
const std::string no_scheme = "No signatures found with expected scheme";
const std::string no_secret = "No webhook secret value was provided. It should start with `whsec_`";
const std::string too_old = "Timestamp outside the tolerance zone";
const std::string no_match =
    "No signatures found matching the expected signature for payload. Are you passing the raw "
    "request body you received from Stripe? \n If a webhook request is being forwarded by a "
    "third-party tool, ensure that the exact request body, including JSON formatting and new line "
    "style, is preserved.\n\nLearn more about webhook signing and explore webhook integration "
    "examples for various frameworks at https://docs.stripe.com/webhooks/signature\n";

}  // namespace

TEST_CASE("What Stripe signed is taken, and nothing else") {
  const std::string zeros(64, '0');
  const struct {
    const char* what;
    std::string header;
    std::string answer;
  } table[] = {
      {"one signature", timed(now, "v1=" + v1(now)), ""},
      {"one among others", timed(now, "v1=" + zeros + ",v1=" + v1(now) + ",v0=" + zeros), ""},
      {"the time at the end", "v1=" + v1(now) + ",t=" + std::to_string(now), ""},
      {"the last of two times", "t=1," + timed(now, "v1=" + v1(now)), ""},
      {"300 seconds old", timed(now - 300, "v1=" + v1(now - 300)), ""},
      {"from the future", timed(now + 86'400, "v1=" + v1(now + 86'400)), ""},
      {"301 seconds old", timed(now - 301, "v1=" + v1(now - 301)), too_old},
      {"old and wrong", timed(now - 301, "v1=" + zeros), no_match},
      {"signed at another time", timed(now, "v1=" + v1(now - 1)), no_match},
      {"capitals", timed(now, "v1=" + std::string(64, 'A')), no_match},
      {"half of it", timed(now, "v1=" + v1(now).substr(0, 32)), no_match},
      {"more than it", timed(now, "v1=" + v1(now) + "00"), no_match},
      {"nothing", timed(now, "v1="), no_match},
      {"no value", timed(now, "v1"), no_match},
      {"only the test scheme", timed(now, "v0=" + v1(now)), no_scheme},
      {"a space before the signature", timed(now, " v1=" + v1(now)), no_scheme},
      {"no signature", timed(now, ""), no_scheme},
      {"no time", "v1=" + v1(now), no_time},
      {"a space before the time", " " + timed(now, "v1=" + v1(now)), no_time},
      {"the time of the library's own mark", "t=-1,v1=" + v1_of(secret, "-1", body), no_time},
      {"no number", "t=abc,v1=" + v1(now), no_match},
      {"no number, and signed so", "t=abc,v1=" + v1_of(secret, "NaN", body), no_match},
      {"a number and more", "t=" + std::to_string(now) + "abc,v1=" + v1(now), ""},
      {"a number too long", "t=99999999999999999999,v1=" + v1(now), no_match},
      {"words", "hello", no_time},
      {"commas", ",,,", no_time},
      {"empty", "", no_header},
  };
  for (const auto& each : table) {
    CAPTURE(each.what);
    CHECK(complaint(each.header) == each.answer);
  }
}

TEST_CASE("A changed body is not what was signed, and an empty one is nothing") {
  const std::string header = timed(now, "v1=" + v1(now));
  CHECK(complaint(header, {secret}, body + " ") == no_match);
  CHECK(complaint(header, {secret}, "") == no_payload);
  CHECK(complaint("", {secret}, "") == no_payload);
}

TEST_CASE("While a secret is being rolled, either signs") {
  const std::string time = std::to_string(now);
  for (const char* each : {"whsec_first", "whsec_second"}) {
    const std::string header = "t=" + time + ",v1=" + v1_of(each, time, body);
    CHECK(complaint(header, {"whsec_first", "whsec_second"}).empty());
    CHECK(complaint(header, {"whsec_third"}) == no_match);
  }
}

TEST_CASE("Without a secret nothing is believed, not even what was signed with none") {
  const std::string time = std::to_string(now);
  const std::string empty_key = "t=" + time + ",v1=" + v1_of("", time, body);
  CHECK(complaint(empty_key, {}) == no_secret);
  CHECK(complaint(empty_key, {""}) == no_secret);
  CHECK(complaint(empty_key, {"", secret}) == no_match);
  CHECK(complaint("t=1", {}) == no_scheme);
}

TEST_CASE("A secret with blanks in it is pointed out, and not shown") {
  const std::string told = complaint(timed(now, "v1=00"), {"whsec_a\nb"});
  CHECK(told.starts_with(no_match));
  CHECK(
      told.ends_with("\n\nNote: The provided signing secret contains whitespace. This often "
                     "indicates an extra newline or space is in the value"));
  CHECK(told.find("whsec_a") == std::string::npos);
}

}  // namespace billing::tests
