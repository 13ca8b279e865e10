// SPDX-License-Identifier: Apache-2.0
#include <billing/webhook_signature.hpp>

#include "base/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace billing {
namespace {

constexpr std::string_view header_blanks = " \t\n\v\f\r";

constexpr const char* signature_mismatch =
    "No signatures found matching the expected signature for payload. Are you passing the raw "
    "request body you received from Stripe? \n"
    " If a webhook request is being forwarded by a third-party tool, ensure that the exact request "
    "body, including JSON formatting and new line style, is preserved.\n"
    "\nLearn more about webhook signing and explore webhook integration examples for various "
    "frameworks at https://docs.stripe.com/webhooks/signature\n";

constexpr const char* note_on_white_space =
    "\n\nNote: The provided signing secret contains whitespace. This often indicates an extra "
    "newline or space is in the value";

struct SignatureHeader {
  bool has_time = false;
  std::optional<std::int64_t> time = std::nullopt;  ///< None where it is no number.
  std::vector<std::string_view> signatures = {};
};

/// As JavaScript's parseInt: blanks before the number and anything after it are passed over.
std::optional<std::int64_t> leading_integer(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(header_blanks), text.size()));
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc()) return std::nullopt;
  return number;
}

/// Nothing is trimmed: in `t=1, v1=…` there is no `v1`.
SignatureHeader read_signature_header(std::string_view text) {
  SignatureHeader header;
  while (true) {
    const auto comma = text.find(',');
    const std::string_view item = text.substr(0, comma);
    const auto equals = item.find('=');
    const std::string_view name = item.substr(0, equals);
    std::string_view value;
    if (equals != std::string_view::npos) value = item.substr(equals + 1);
    value = value.substr(0, value.find('='));
    if (name == "t") {
      header.time = leading_integer(value);
      // What the library takes for a missing one.
      header.has_time = header.time != -1;
    }
    if (name == "v1") header.signatures.push_back(value);
    if (comma == std::string_view::npos) return header;
    text.remove_prefix(comma + 1);
  }
}

bool signed_with(const std::string& secret, const SignatureHeader& header, std::string_view body) {
  // `t=abc` says no time that could have been signed; with an empty secret anybody can sign.
  if (!header.time || secret.empty()) return false;
  const std::string expected = hmac_sha256_hex(secret, fmt::format("{}.{}", *header.time, body));
  bool found = false;
  for (const std::string_view each : header.signatures) {
    found = equal_in_constant_time(each, expected) || found;
  }
  return found;
}

}  // namespace

Result<void> check_signature(const SignedWebhook& webhook, const std::vector<std::string>& secrets,
                             Second now) {
  const auto refused = [](const char* message) { return failure(ErrorCode::invalid, message); };
  if (webhook.body.empty()) return refused("No webhook payload was provided.");
  if (webhook.header.empty()) return refused("No stripe-signature header value was provided.");
  const SignatureHeader header = read_signature_header(webhook.header);
  if (!header.has_time) return refused("Unable to extract timestamp and signatures from header");
  if (header.signatures.empty()) return refused("No signatures found with expected scheme");
  if (std::ranges::all_of(secrets, &std::string::empty)) {
    return refused("No webhook secret value was provided. It should start with `whsec_`");
  }
  const bool found = std::ranges::any_of(secrets, [&](const std::string& secret) {
    return signed_with(secret, header, webhook.body);
  });
  if (!found) {
    const bool blanks = std::ranges::any_of(secrets, [](const std::string& secret) {
      return secret.find_first_of(header_blanks) != std::string::npos;
    });
    return failure(ErrorCode::invalid,
                   std::string(signature_mismatch) + (blanks ? note_on_white_space : ""));
  }
  if (*header.time < (now - signature_age_max).time_since_epoch().count()) {
    return refused("Timestamp outside the tolerance zone");
  }
  return {};
}

}  // namespace billing
