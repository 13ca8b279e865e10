// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/result.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace billing {

/// A signature may be this old. One from the future is taken, as Stripe's libraries do.
inline constexpr std::chrono::seconds signature_age_max{300};

/// A webhook as it came: the raw bytes, and what its header `Stripe-Signature` says of them.
struct SignedWebhook {
  std::string_view body;
  std::string_view header;  ///< Empty if there is none.
};

/// Whether one of `secrets` signed it; while a secret is being rolled there are two. `invalid` if
/// not, with the message of Stripe's library for Node, which checks in the same order: a header
/// that is both old and wrongly signed is told to be wrongly signed.
/// https://docs.stripe.com/webhooks/signature
Result<void> check_signature(const SignedWebhook& webhook, const std::vector<std::string>& secrets,
                             Second now);

}  // namespace billing
