// SPDX-License-Identifier: Apache-2.0
#include "auth.hpp"

#include "error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

constexpr std::string_view key_start = "sk_test_";

std::string base64_decoded(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string decoded;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) break;
    bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded += static_cast<char>(bits >> count & 0xFFU);
  }
  return decoded;
}

bool starts_with_word(std::string_view header, std::string_view word) {
  return header.size() > word.size() &&
         std::ranges::equal(header.substr(0, word.size()), word, [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? a + 32 : int{a}) == b;
         });
}

std::string key_in(std::string_view header) {
  if (starts_with_word(header, "bearer ")) return std::string(header.substr(7));
  if (!starts_with_word(header, "basic ")) return {};
  const std::string pair = base64_decoded(header.substr(6));
  return pair.substr(0, pair.find(':'));
}

// The prefix that tells keys apart and the last four characters stay readable.
std::string masked(std::string_view key) {
  const auto second = key.find('_', key.find('_') + 1);
  const std::size_t head = second == std::string_view::npos || second > 8 ? 0 : second + 1;
  const std::size_t tail = key.size() >= head + 8 ? 4 : 0;
  return fmt::format("{}{}{}", key.substr(0, head), std::string(key.size() - head - tail, '*'),
                     key.substr(key.size() - tail));
}

bool test_key(std::string_view key) {
  return key.size() > key_start.size() && key.starts_with(key_start) &&
         std::ranges::all_of(key, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '_';
         });
}

}  // namespace

std::string authorised_key(std::string_view header) {
  std::string key = key_in(header);
  if (key.empty()) {
    throw Refusal{
        .status = 401,
        .message =
            "You did not provide an API key. You need to provide your API key in the "
            "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
            "YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, "
            "or we can help at https://support.stripe.com/.",
        .executed = false};
  }
  if (key.starts_with("pk_")) {
    throw Refusal{
        .status = 401,
        .code = "secret_key_required",
        .message =
            "This API call cannot be made with a publishable API key. Please use a secret API key. "
            "You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.",
        .executed = false};
  }
  if (!test_key(key)) {
    throw Refusal{
        .status = 401, .message = "Invalid API Key provided: " + masked(key), .executed = false};
  }
  return key;
}

}  // namespace sandbox
