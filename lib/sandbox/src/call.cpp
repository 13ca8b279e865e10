// SPDX-License-Identifier: Apache-2.0
#include "call.hpp"

namespace sandbox {

void assign_metadata(const Json& params, Metadata& metadata) {
  const auto found = params.find("metadata");
  if (found == params.end()) return;
  if (found->is_null()) metadata.clear();
  for (const auto& [key, value] : found->items()) {
    if (value == "") {
      metadata.erase(key);
    } else {
      metadata[key] = value.get<std::string>();
    }
  }
}

bool in_range(const Json& params, const char* name, std::int64_t value) {
  const auto found = params.find(name);
  if (found == params.end() || found->is_null()) return true;
  if (!found->is_object()) return *found == value;
  return (!found->contains("gt") || value > (*found)["gt"]) &&
         (!found->contains("gte") || value >= (*found)["gte"]) &&
         (!found->contains("lt") || value < (*found)["lt"]) &&
         (!found->contains("lte") || value <= (*found)["lte"]);
}

}  // namespace sandbox
