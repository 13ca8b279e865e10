// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/http.hpp>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <string>

namespace billing::tests {

/// The `v1` that Stripe would sign `body` with at `time`, made with no code of the product's.
inline std::string v1_of(const std::string& secret, const std::string& time,
                         const std::string& body) {
  const std::string bytes = time + '.' + body;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data(), &length);
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest.at(i));
  return hex;
}

inline std::string signature_header(const std::string& secret, Second at, const std::string& body) {
  const std::string time = std::to_string(at.time_since_epoch().count());
  return "t=" + time + ",v1=" + v1_of(secret, time, body);
}

inline HttpRequest signed_webhook(const std::string& secret, Second at, const std::string& body) {
  return {.method = "POST",
          .path = "/webhook",
          .headers = {{"Stripe-Signature", signature_header(secret, at, body)}},
          .body = body};
}

}  // namespace billing::tests
