// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "json.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace sandbox {

struct LoggedRequest {
  std::int64_t time = 0;
  std::string method{};
  std::string path{};
  int status = 0;
  std::string request_id{};
  std::string idempotency_key{};
  std::string account{};
};

/// The last 10,000 requests to the API and the hosted pages, oldest first. Requests to `/_sandbox`
/// are not among them.
class RequestLog {
 public:
  void add(LoggedRequest request);
  /// All of them, or those of one method.
  Json list(std::string_view method) const;
  const std::deque<LoggedRequest>& requests() const { return requests_; }
  void clear() { requests_.clear(); }

 private:
  std::deque<LoggedRequest> requests_;
};

}  // namespace sandbox
