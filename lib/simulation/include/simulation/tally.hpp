// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace simulation {

/// How often each thing that can go wrong went wrong.
class Tally {
 public:
  /// Begins with all of `kinds()` at zero, so that what never happened shows.
  Tally();

  /// `what` has to be one of `kinds()`.
  void count(std::string_view what, std::int64_t times = 1);
  void add(const Tally& other);
  const std::map<std::string, std::int64_t, std::less<>>& counts() const { return counts_; }

  static const std::vector<std::string_view>& kinds();

 private:
  std::map<std::string, std::int64_t, std::less<>> counts_;
};

}  // namespace simulation
