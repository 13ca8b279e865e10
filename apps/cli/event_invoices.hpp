// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/data.hpp>
#include <billing/ledger.hpp>

#include <span>
#include <vector>

namespace billing::apps {

/// An event as it is shown.
struct ListedEvent {
  RecordedEvent row;
  InvoiceId invoice;  ///< Empty: it is on none as far as the data file knows.
};

/// Looks up which invoice each of these events is on: its subscription's final one, or what Stripe
/// made of its usage, or the one that its invoice item is on. An event of an odd final invoice gets
/// that one's reason, unless it has its own.
Result<std::vector<ListedEvent>> with_invoices(Data& data, std::vector<RecordedEvent> rows);

}  // namespace billing::apps
