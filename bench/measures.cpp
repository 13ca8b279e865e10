// SPDX-License-Identifier: Apache-2.0
#include "measures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

namespace billing::bench {

BenchFolder::BenchFolder() : path_((std::filesystem::current_path() / "bench-XXXXXX").string()) {
  require(mkdtemp(path_.data()) != nullptr);
}

BenchFolder::~BenchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

double quantile(std::vector<double> values, double part) {
  require(!values.empty());
  std::ranges::sort(values);
  const auto rank = std::ceil(part * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace billing::bench
