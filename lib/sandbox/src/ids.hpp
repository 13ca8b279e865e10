// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sandbox {

/// Makes everything that looks random, from a seed alone: the same calls give the same ids.
class Ids {
 public:
  explicit Ids(std::uint64_t seed) : state_(seed) {}

  /// `length` letters and digits after the prefix (`cus_` + 14).
  std::string plain(std::string_view prefix, std::size_t length = 14);
  /// Prefix + 24 that begin with the time, so that logs sort (`price_1…`).
  std::string timed(std::string_view prefix, std::int64_t now);
  /// Eight upper-case hexadecimal digits.
  std::string invoice_prefix();
  std::uint64_t next();

 private:
  std::uint64_t state_;
};

/// The same number for the same text on every machine, unlike std::hash.
std::uint64_t stable_hash(std::string_view text, std::uint64_t seed);

}  // namespace sandbox
