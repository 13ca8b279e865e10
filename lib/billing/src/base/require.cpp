// SPDX-License-Identifier: Apache-2.0
#include <billing/result.hpp>

#include <cstdio>
#include <cstdlib>

namespace billing {

void require(bool condition, std::source_location where) {
  if (condition) return;
  // Nothing that allocates: the program is not to be trusted any more.
  std::fprintf(stderr, "billing: defect at %s:%u in %s\n", where.file_name(), where.line(),
               where.function_name());
  std::abort();
}

}  // namespace billing
