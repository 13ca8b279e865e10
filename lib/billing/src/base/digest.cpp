// SPDX-License-Identifier: Apache-2.0
#include "base/digest.hpp"

#include <billing/result.hpp>

#include <openssl/evp.h>

#include <array>

namespace billing {

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  unsigned int length = 0;
  // Fetched once: to look an algorithm up costs OpenSSL 3 more than to run it.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  const int done = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, sha256, nullptr);
  require(done == 1 && length == digest.size());
  std::string hex;
  hex.reserve(2 * digest.size());
  constexpr std::string_view digits = "0123456789abcdef";
  for (const unsigned char byte : digest) {
    hex += digits[byte / 16];
    hex += digits[byte % 16];
  }
  return hex;
}

}  // namespace billing
