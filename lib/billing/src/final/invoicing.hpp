// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/final_invoices.hpp>

namespace billing {

/// Takes the next step of a frozen final invoice: reads at Stripe, and writes there at most once.
/// `pace` is told what a later step has to know.
Result<void> invoice_step(const FinalInvoiceParts& parts, FinalInvoice row,
                          const Subscription& subscription, FinalInvoicePace& pace);

}  // namespace billing
