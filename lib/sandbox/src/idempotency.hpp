// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sandbox {

/// The answer that a key was first given, whether it was a success or not.
struct KeptAnswer {
  std::string endpoint{};
  std::uint64_t fingerprint = 0;
  int status = 200;
  std::string body{};
  std::string request_id{};
};

/// The idempotency keys of one account. Stripe's 409 for a key whose first request still runs
/// can't happen here: calls are atomic.
class KeptAnswers {
 public:
  /// The answer to repeat, or null for a key that is new (or older than a day). Throws Refusal when
  /// the key was used for another endpoint or with other parameters.
  const KeptAnswer* find(const std::string& key, const KeptAnswer& request, std::int64_t now);
  void keep(const std::string& key, KeptAnswer answer, std::int64_t now);

 private:
  void prune(std::int64_t now);

  std::unordered_map<std::string, KeptAnswer> answers_;
  std::deque<std::pair<std::int64_t, std::string>> ages_;
};

/// Equal for the same parameters in any order.
std::uint64_t parameter_fingerprint(std::string_view query, std::string_view body);

}  // namespace sandbox
