// SPDX-License-Identifier: Apache-2.0
// What an invoice says was used, beside what the ledger says.
#include <billing/money.hpp>
#include <billing/webhooks.hpp>

namespace billing {

/// Tells of lines that the ledger can't explain. What is pending on the period's seconds may be on
/// the line or not.
Result<void> Webhooks::compare_usage(const stripe::Invoice& invoice) {
  if (invoice.status == "void") return {};
  for (const InvoiceLine& line : invoice.lines) {
    if (!line.metered) continue;
    const auto balance = ledger_.balance(line.item, line.period_start, line.period_end);
    if (!balance) return tl::unexpected(balance.error());
    const std::int64_t least = balance->delivered_closed;
    const std::int64_t most = least + balance->pending_closed;
    if (line.quantity >= least && line.quantity <= most) continue;
    observer_.observe({.severity = Severity::warning,
                       .what = "invoice_differs",
                       .facts = {{"invoice", invoice.id.text()},
                                 {"item", line.item.text()},
                                 {"invoiced", std::to_string(line.quantity)},
                                 {"delivered", std::to_string(least)},
                                 {"pending", std::to_string(balance->pending_closed)},
                                 {"amount", format(line.amount)}}});
  }
  return {};
}

}  // namespace billing
