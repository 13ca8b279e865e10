// SPDX-License-Identifier: Apache-2.0
#include <billing/final_invoice_store.hpp>

namespace billing {

std::string_view name(FinalStep step) {
  switch (step) {
    case FinalStep::settling: return "settling";
    case FinalStep::frozen: return "frozen";
    case FinalStep::done: return "done";
  }
  return "unknown";
}

std::optional<FinalStep> parse_final_step(std::string_view text) {
  for (const FinalStep step : {FinalStep::settling, FinalStep::frozen, FinalStep::done}) {
    if (name(step) == text) return step;
  }
  return std::nullopt;
}

}  // namespace billing
