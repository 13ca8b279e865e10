// SPDX-License-Identifier: Apache-2.0
#include "ids.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

constexpr std::string_view id_alphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

}  // namespace

// splitmix64: small, and every seed is a good one.
std::uint64_t Ids::next() {
  state_ += 0x9E3779B97F4A7C15U;
  std::uint64_t value = state_;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

std::string Ids::plain(std::string_view prefix, std::size_t length) {
  std::string id(prefix);
  id.reserve(prefix.size() + length);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (i % 10 == 0) bits = next();
    id += id_alphabet[bits % id_alphabet.size()];
    bits /= id_alphabet.size();
  }
  return id;
}

std::string Ids::timed(std::string_view prefix, std::int64_t now) {
  auto seconds = static_cast<std::uint64_t>(now < 0 ? 0 : now);
  std::string time(6, '0');
  for (auto digit = time.rbegin(); digit != time.rend(); ++digit) {
    *digit = id_alphabet[seconds % id_alphabet.size()];
    seconds /= id_alphabet.size();
  }
  return plain(fmt::format("{}1{}", prefix, time), 17);
}

std::string Ids::invoice_prefix() {
  return fmt::format("{:08X}", next() >> 32U);
}

std::uint64_t stable_hash(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = 0xCBF29CE484222325U ^ seed;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  }
  return hash;
}

}  // namespace sandbox
