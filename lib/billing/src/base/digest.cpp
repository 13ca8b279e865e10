// SPDX-License-Identifier: Apache-2.0
#include "base/digest.hpp"

#include <billing/result.hpp>

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace billing {

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  unsigned int length = 0;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  require(done == 1 && length == digest.size());
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace billing
