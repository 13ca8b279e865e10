// SPDX-License-Identifier: Apache-2.0
#include <billing/entropy.hpp>
#include <billing/result.hpp>

#include <unistd.h>

#include <array>
#include <string_view>

namespace billing {

std::string Entropy::letters(std::size_t length) {
  constexpr std::string_view alphabet =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string text;
  text.reserve(length);
  while (text.size() < length) {
    // Ten letters of 62 fit in 64 bits (62^10 < 2^60); what the division favours is beyond
    // counting.
    std::uint64_t bits = next();
    for (int i = 0; i < 10 && text.size() < length; ++i, bits /= alphabet.size()) {
      text += alphabet[bits % alphabet.size()];
    }
  }
  return text;
}

std::uint64_t SystemEntropy::next() {
  // 256 bytes are the most that getentropy gives at once; a pool for each thread spares a lock.
  thread_local std::array<std::uint64_t, 32> pool;
  thread_local std::size_t used = pool.size();
  if (used == pool.size()) {
    require(getentropy(pool.data(), sizeof pool) == 0);
    used = 0;
  }
  return pool[used++];
}

std::uint64_t SeededEntropy::next() {
  // SplitMix64: a fixed sequence on every platform, which std's distributions don't promise.
  const std::lock_guard lock(mutex_);
  state_ += 0x9E3779B97F4A7C15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

}  // namespace billing
