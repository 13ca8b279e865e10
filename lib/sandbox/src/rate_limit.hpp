// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace sandbox {

/// How many calls of one account were taken in the present second.
class CallRates {
 public:
  /// Takes a call of an operation, or throws Refusal when `limit` of the account or of the
  /// operation were taken in this second before it. Usage records have a larger limit of their own.
  void take(const std::string& operation, std::int64_t limit, std::int64_t now);

 private:
  std::int64_t second_ = 0;
  std::int64_t calls_ = 0;
  std::unordered_map<std::string, std::int64_t> calls_of_;
};

/// The 429 for a limit, by its Stripe-Rate-Limited-Reason.
Refusal rate_limited(std::string limit);
/// The 429 for an object that another call is writing to.
Refusal lock_timeout();

}  // namespace sandbox
