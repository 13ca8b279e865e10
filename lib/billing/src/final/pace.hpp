// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/final_invoices.hpp>

namespace billing {

/// How often in a row Stripe may refuse a write before it is left to a person: what it refuses
/// because somebody was faster is seen by the next reading.
inline constexpr int refusals_max = 3;

/// Stripe understood a write, and would say the same again.
bool is_refusal(const Error& error);

/// Whether the next write needs another key: under this one it would get the same answer for a day.
bool is_kept_under_key(const Error& error);

void count_refusal(FinalInvoicePace& pace, const Error& error);

}  // namespace billing
