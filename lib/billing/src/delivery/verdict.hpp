// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

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

/// Facts: https://docs.stripe.com/api/idempotent_requests, https://docs.stripe.com/error-low-level
Verdict judge(const Error& error);

}  // namespace billing
