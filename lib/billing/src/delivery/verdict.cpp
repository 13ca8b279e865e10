// SPDX-License-Identifier: Apache-2.0
#include "delivery/verdict.hpp"

#include <fmt/format.h>

namespace billing {
namespace {

/// Stripe's words where an account or an API version has no usage records at all: for the operator
/// to mend, while the events wait.
bool is_unknown_route(const StripeFailure& failure) {
  return failure.status == 404 && failure.message.starts_with("Unrecognized request URL");
}

bool is_final(const StripeFailure& failure) {
  // 409 and 429 pass, 401 and 403 are the operator's to mend; idempotency errors say nothing of
  // usage; and where a page was to begin may have been deleted since the one before.
  return (failure.status == 400 || failure.status == 402 || failure.status == 404) &&
         failure.type != "idempotency_error" && failure.code != "rate_limit" &&
         failure.code != "lock_timeout" && failure.param != "starting_after" &&
         !is_unknown_route(failure);
}

/// Stripe's words are not documented; what it can't mean otherwise is that the item is no more.
bool says_it_ended(const StripeFailure& failure) {
  return failure.status == 404 || failure.param == "subscription" ||
         failure.message.find("canceled") != std::string::npos;
}

std::string stripe_said(const StripeFailure& failure) {
  return fmt::format("Stripe answered {}: {}{}", failure.status, failure.message,
                     failure.request_id.empty() ? "" : " (" + failure.request_id + ")");
}

}  // namespace

Verdict judge(const Error& error) {
  if (!error.stripe) return {.reason = error.message};
  const StripeFailure& failure = *error.stripe;
  Verdict verdict{.reason = stripe_said(failure)};
  if (failure.type == "idempotency_error" && failure.status == 400) {
    verdict.raise_attempt = true;
  } else if (is_final(failure)) {
    verdict.refused = true;
    verdict.ended = says_it_ended(failure);
  } else {
    verdict.raise_attempt = failure.replayed;
  }
  return verdict;
}

}  // namespace billing
