// SPDX-License-Identifier: Apache-2.0
#include "final/pace.hpp"

namespace billing {

bool is_refusal(const Error& error) {
  if (!error.stripe) return false;
  const StripeFailure& failure = *error.stripe;
  return (failure.status == 400 || failure.status == 402 || failure.status == 404) &&
         failure.type != "idempotency_error" && error.code != ErrorCode::rate_limited &&
         failure.code != "lock_timeout";
}

bool is_kept_under_key(const Error& error) {
  return is_refusal(error) ||
         (error.stripe && (error.stripe->replayed || error.stripe->type == "idempotency_error"));
}

void count_refusal(FinalInvoicePace& pace, const Error& error) {
  if (!is_refusal(error)) return;
  ++pace.refusals;
  pace.refused_by = error.message;
}

}  // namespace billing
