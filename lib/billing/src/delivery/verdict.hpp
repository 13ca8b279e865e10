// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/result.hpp>

#include <optional>
#include <string>

namespace billing {

/// What a failed send means for the event.
struct Verdict {
  /// It was too late: the subscription has ended.
  bool ended = false;
  bool refused = false;        ///< Stripe will never take it.
  bool raise_attempt = false;  ///< Stripe stored the error: the same key would only get it again.
  std::string reason;          ///< For a person.
};

/// `usage_at` is the event's second, if it has one; `now_at_stripe` the time of the judgement.
/// Facts: https://docs.stripe.com/api/idempotent_requests, https://docs.stripe.com/error-low-level
Verdict judge(const Error& error, std::optional<Second> usage_at, Second now_at_stripe);

}  // namespace billing
