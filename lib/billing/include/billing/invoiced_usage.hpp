// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/ids.hpp>
#include <billing/invoices.hpp>
#include <billing/ledger.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace billing {

/// How one item's sessions and the invoices explain each other, in units.
struct InvoicedUsage {
  std::vector<InvoiceId> invoice_of;  ///< Of each event, in their order; empty: it is on none.
  std::int64_t unexplained = 0;       ///< Invoiced, and no event is known that it could be.
  /// Delivered within a time that was invoiced, and yet not on that invoice.
  std::int64_t left_out = 0;
};

/// Which of these events are on which of these invoices. An invoice's line tells only how much was
/// used in its time: of the events of that time, those that were delivered are taken to be on it
/// first, then those that still wait and may have reached Stripe, the oldest first. Invoices that
/// are void don't count; neither do events of other items, workshops, and what was refused or is on
/// a final invoice.
InvoicedUsage invoiced_usage(const ItemId& item, std::span<const RecordedEvent> events,
                             std::span<const Invoice> invoices);

}  // namespace billing
