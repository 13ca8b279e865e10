// SPDX-License-Identifier: Apache-2.0
#include "witness.hpp"

#include <nlohmann/json.hpp>

namespace simulation {

void Witness::saw(const billing::HttpRequest& request, const sandbox::HttpResponse& answer) {
  if (answer.body.find("idempotency_error") != std::string::npos) {
    idempotency_errors_.push_back(request.path + ": " + answer.body);
  }
  if (answer.status != 200 || !request.path.ends_with("/usage_records")) return;
  const nlohmann::json record = nlohmann::json::parse(answer.body);
  records_[{record.at("subscription_item"), record.at("timestamp")}].insert(
      record.at("id").get<std::string>());
}

bool Witness::gave(const std::string& item, std::int64_t second, const std::string& record) const {
  const auto found = records_.find({item, second});
  return found != records_.end() && found->second.contains(record);
}

}  // namespace simulation
