// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>

#include "sandbox/http.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace simulation {

/// What Stripe was asked and what it answered, seen from the wire.
class Witness {
 public:
  void saw(const billing::HttpRequest& request, const sandbox::HttpResponse& answer);

  /// Whether Stripe gave out that record for that second of that item.
  bool gave(const std::string& item, std::int64_t second, const std::string& record) const;
  const std::vector<std::string>& idempotency_errors() const { return idempotency_errors_; }

 private:
  std::map<std::pair<std::string, std::int64_t>, std::set<std::string>> records_;
  std::vector<std::string> idempotency_errors_;
};

}  // namespace simulation
