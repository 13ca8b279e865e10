// SPDX-License-Identifier: Apache-2.0
#include "request_log.hpp"

namespace sandbox {
namespace {

constexpr std::size_t requests_max = 10'000;

}  // namespace

void RequestLog::add(LoggedRequest request) {
  if (requests_.size() == requests_max) requests_.pop_front();
  requests_.push_back(std::move(request));
}

Json RequestLog::list(std::string_view method) const {
  Json rows = Json::array();
  for (const LoggedRequest& each : requests_) {
    if (!method.empty() && each.method != method) continue;
    rows.push_back({{"time", each.time},
                    {"method", each.method},
                    {"path", each.path},
                    {"status", each.status},
                    {"request_id", each.request_id},
                    {"idempotency_key", text_or_null(each.idempotency_key)},
                    {"account", text_or_null(each.account)}});
  }
  return {{"requests", std::move(rows)}};
}

}  // namespace sandbox
