// SPDX-License-Identifier: Apache-2.0
#include "idempotency.hpp"

#include "calendar.hpp"
#include "error.hpp"
#include "form.hpp"
#include "ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace sandbox {
namespace {

constexpr std::size_t key_length_max = 255;

Refusal misused(std::string message) {
  return {.type = "idempotency_error", .message = std::move(message), .executed = false};
}

void add_pairs(std::string_view encoded, std::vector<std::string>& pairs) {
  while (!encoded.empty()) {
    const std::string_view pair = encoded.substr(0, encoded.find('&'));
    encoded.remove_prefix(std::min(encoded.size(), pair.size() + 1));
    pairs.push_back(percent_decoded(pair, true));
  }
}

}  // namespace

const KeptAnswer* KeptAnswers::find(const std::string& key, const KeptAnswer& request,
                                    std::int64_t now) {
  if (key.size() > key_length_max) {
    throw Refusal{.message = "Invalid idempotency key: must be at most 255 characters",
                  .executed = false};
  }
  if (running_.contains(key)) {
    Refusal running = misused(fmt::format(
        "There is currently another in-progress request using this Stripe Idempotent Key (that "
        "probably means you submitted twice, and the other request is still going through): {}. "
        "Please try again later.",
        key));
    running.status = 409;
    running.code = "idempotency_key_in_use";
    throw running;
  }
  prune(now);
  const auto found = answers_.find(key);
  if (found == answers_.end()) return nullptr;
  const KeptAnswer& first = found->second;
  if (first.endpoint != request.endpoint) {
    throw misused(fmt::format(
        "Keys for idempotent requests can only be used for the same endpoint they were first used "
        "for ('{}' vs '{}'). Try using a key other than '{}' if you meant to execute a different "
        "request.",
        request.endpoint, first.endpoint, key));
  }
  if (first.fingerprint != request.fingerprint) {
    throw misused(fmt::format(
        "Keys for idempotent requests can only be used with the same parameters they were first "
        "used with. Try using a key other than '{}' if you meant to execute a different request.",
        key));
  }
  return &first;
}

void KeptAnswers::keep(const std::string& key, KeptAnswer answer, std::int64_t now) {
  if (answers_.emplace(key, std::move(answer)).second) ages_.emplace_back(now, key);
}

void KeptAnswers::prune(std::int64_t now) {
  while (!ages_.empty() && ages_.front().first + day_seconds <= now) {
    answers_.erase(ages_.front().second);
    ages_.pop_front();
  }
}

std::uint64_t parameter_fingerprint(std::string_view query, std::string_view body) {
  std::vector<std::string> pairs;
  add_pairs(query, pairs);
  add_pairs(body, pairs);
  std::ranges::sort(pairs);
  std::uint64_t hash = 0;
  for (const std::string& pair : pairs) hash = stable_hash(pair, hash * 31 + 1);
  return hash;
}

}  // namespace sandbox
