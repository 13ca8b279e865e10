// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/accounts.hpp>
#include <billing/final_invoice_store.hpp>
#include <billing/stripe_objects.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace billing {

/// Ours on an invoice or waiting for one: its metadata names an event and that subscription.
bool is_workshop_of(const stripe::InvoiceItem& item, const SubscriptionId& subscription);

/// What an ended subscription still owes, and what becomes of its events.
struct Reckoning {
  ItemId item = {};           ///< Whose usage is owed; empty if none is.
  std::int64_t quantity = 0;  ///< The sum of its events that are on the final invoice.
  std::vector<ReckonedEvent> events;
  bool workshops = false;  ///< Some are owed, too.
  std::string reason;      ///< How ledger and invoices differ; empty if they don't.

  bool nothing_owed() const { return quantity == 0 && !workshops; }
};

/// `events`: all of the subscription's items, none of them pending.
Reckoning reckon(const Subscription& subscription, std::span<const RecordedEvent> events,
                 std::span<const Invoice> invoices,
                 std::span<const stripe::InvoiceItem> invoice_items);

/// One more thing that a person should know.
void add_reason(std::string& reason, const std::string& more);

/// What `reckoning` becomes if nothing of it can be invoiced, for a reason: nothing is owed any
/// more, and each of its events says why.
Reckoning given_up(Reckoning reckoning, const std::string& reason);

}  // namespace billing
