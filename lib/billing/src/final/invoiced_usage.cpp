// SPDX-License-Identifier: Apache-2.0
#include <billing/invoiced_usage.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace billing {
namespace {

/// A line of metered usage, and the invoice that it is on.
struct MeteredLine {
  const Invoice* invoice = nullptr;
  const InvoiceLine* line = nullptr;
};

std::vector<MeteredLine> metered_lines(const ItemId& item, std::span<const Invoice> invoices) {
  std::vector<MeteredLine> lines;
  for (const Invoice& invoice : invoices) {
    if (invoice.status == "void") continue;
    for (const InvoiceLine& line : invoice.lines) {
      if (line.metered && line.item == item) lines.push_back({&invoice, &line});
    }
  }
  std::ranges::stable_sort(lines, {},
                           [](const MeteredLine& each) { return each.line->period_start; });
  return lines;
}

bool may_be_invoiced(const ItemId& item, const RecordedEvent& row) {
  return row.event->item == item && row.event->kind == UsageKind::session && row.usage_at &&
         row.state != EventState::refused && row.final_invoice_of.empty();
}

/// Those that can be on a line, in the order in which they are taken to be.
std::vector<std::size_t> candidates(const ItemId& item, std::span<const RecordedEvent> events) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (may_be_invoiced(item, events[i])) found.push_back(i);
  }
  std::ranges::sort(found, {}, [&](std::size_t i) {
    return std::pair(events[i].state != EventState::delivered, *events[i].usage_at);
  });
  return found;
}

}  // namespace

InvoicedUsage invoiced_usage(const ItemId& item, std::span<const RecordedEvent> events,
                             std::span<const Invoice> invoices) {
  InvoicedUsage result{.invoice_of = std::vector<InvoiceId>(events.size())};
  const std::vector<std::size_t> order = candidates(item, events);
  std::vector<bool> in_invoiced_time(events.size());
  for (const auto& [invoice, line] : metered_lines(item, invoices)) {
    std::int64_t rest = line->quantity;
    for (const std::size_t i : order) {
      const RecordedEvent& row = events[i];
      if (*row.usage_at <= line->period_start || *row.usage_at > line->period_end) continue;
      in_invoiced_time[i] = true;
      if (!result.invoice_of[i].empty() || row.event->quantity > rest) continue;
      result.invoice_of[i] = invoice->id;
      rest -= row.event->quantity;
    }
    result.unexplained += rest;
  }
  for (const std::size_t i : order) {
    const bool left_out = in_invoiced_time[i] && result.invoice_of[i].empty() &&
                          events[i].state == EventState::delivered;
    if (left_out) result.left_out += events[i].event->quantity;
  }
  return result;
}

}  // namespace billing
