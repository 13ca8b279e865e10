// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/final_invoices.hpp>

#include <string_view>
#include <vector>

namespace billing {

/// For calls within a step, which is itself what is tried again.
inline constexpr stripe::Call one_try{.budget = std::chrono::milliseconds(20'000), .tries_max = 1};

/// As the store has it. `corrupt` if it doesn't, since whatever names it came with it.
Result<Subscription> stored_subscription(Store& store, const CustomerId& customer,
                                         const SubscriptionId& id);

/// All events of its items.
Result<std::vector<RecordedEvent>> events_of(Ledger& ledger, const Subscription& subscription);

/// Whether nothing of its items is on its way to Stripe any more.
Result<bool> deliveries_are_over(Ledger& ledger, const Subscription& subscription);

/// True too of one that Stripe doesn't know.
Result<bool> is_deleted(const FinalInvoiceParts& parts, const CustomerId& customer);

/// Reckons up what is owed, and freezes it, or ends a row for which nothing can be invoiced.
Result<void> settle(const FinalInvoiceParts& parts, FinalInvoice row,
                    const Subscription& subscription, FinalInvoicePace& pace);

void tell(Observer& observer, Severity severity, std::string_view what, const FinalInvoice& row);

}  // namespace billing
