// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

namespace billing {

/// The only source of chance: ids, idempotency keys, jitter. Thread-safe.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual std::uint64_t next() = 0;

  /// `length` letters and digits, as Stripe's ids have them.
  std::string letters(std::size_t length);
};

/// The operating system's.
class SystemEntropy final : public Entropy {
 public:
  std::uint64_t next() override;
};

/// The same numbers for the same seed, for simulation and tests.
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override;

 private:
  std::mutex mutex_;
  std::uint64_t state_;
};

}  // namespace billing
