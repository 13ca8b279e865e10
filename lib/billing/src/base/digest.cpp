// SPDX-License-Identifier: Apache-2.0
#include "base/digest.hpp"

#include <billing/result.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace billing {
namespace {

using Sha256 = std::array<unsigned char, 32>;

std::string hex_of(const Sha256& digest) {
  std::string hex;
  hex.reserve(2 * digest.size());
  constexpr std::string_view digits = "0123456789abcdef";
  for (const unsigned char byte : digest) {
    hex += digits[byte / 16];
    hex += digits[byte % 16];
  }
  return hex;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Sha256 digest{};
  unsigned int length = 0;
  // Fetched once: to look an algorithm up costs OpenSSL 3 more than to run it.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  const int done = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, sha256, nullptr);
  require(done == 1 && length == digest.size());
  return hex_of(digest);
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  Sha256 digest{};
  unsigned int length = 0;
  const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto key_length = static_cast<int>(key.size());
  const unsigned char* const done =
      HMAC(EVP_sha256(), key.data(), key_length, data, bytes.size(), digest.data(), &length);
  require(done != nullptr && length == digest.size());
  return hex_of(digest);
}

bool equal_in_constant_time(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace billing
