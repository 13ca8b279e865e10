// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
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

/// The idempotency keys of one account.
class KeptAnswers {
 public:
  /// The answer to repeat, or null for a key that is new (or older than a day). Throws Refusal when
  /// the key is in use, or was used for another endpoint or with other parameters.
  const KeptAnswer* find(const std::string& key, const KeptAnswer& request, std::int64_t now);
  void keep(const std::string& key, KeptAnswer answer, std::int64_t now);
  /// Between these a request of that key runs.
  void begin(const std::string& key) { running_.insert(key); }
  void end(const std::string& key) { running_.erase(key); }

 private:
  void prune(std::int64_t now);

  std::unordered_map<std::string, KeptAnswer> answers_;
  std::deque<std::pair<std::int64_t, std::string>> ages_;
  std::unordered_set<std::string> running_;
};

/// Equal for the same parameters in any order, however they are escaped.
std::uint64_t parameter_fingerprint(std::string_view query, std::string_view body);

}  // namespace sandbox
