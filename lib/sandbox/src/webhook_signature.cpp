// SPDX-License-Identifier: Apache-2.0
#include "webhook_signature.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <iterator>

namespace sandbox {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  // OpenSSL's bytes are unsigned, ours are not.
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string webhook_signature(std::string_view secret, std::int64_t time, std::string_view body) {
  const std::string signed_text = fmt::format("{}.{}", time, body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(signed_text),
       signed_text.size(), digest.data(), &size);
  std::string header = fmt::format("t={},v1=", time);
  for (unsigned int at = 0; at < size; ++at) {
    fmt::format_to(std::back_inserter(header), "{:02x}", digest[at]);
  }
  return header;
}

}  // namespace sandbox
