// SPDX-License-Identifier: Apache-2.0
#include "cli/event_invoices.hpp"

#include <billing/invoiced_usage.hpp>

#include <algorithm>
#include <iterator>
#include <map>

namespace billing::apps {
namespace {

constexpr int rows_a_page = 10'000;

bool bills_usage_of(const std::vector<Invoice>& invoices, const ItemId& item) {
  return std::ranges::any_of(invoices, [&](const Invoice& invoice) {
    return std::ranges::any_of(
        invoice.lines, [&](const InvoiceLine& line) { return line.metered && line.item == item; });
  });
}

/// Reads what it needs of a customer, an item, a subscription once.
class Lookup {
 public:
  explicit Lookup(Data& data) : data_(data) {}

  Result<ListedEvent> listed(RecordedEvent row) {
    ListedEvent event{.row = std::move(row), .invoice = {}};
    auto found = event.row.final_invoice_of.empty() ? invoiced(event.row) : on_final(event.row);
    if (!found) return failure(std::move(found));
    event.invoice = std::move(*found);
    return event;
  }

 private:
  Result<InvoiceId> on_final(RecordedEvent& row) {
    const auto final_invoice = data_.final_invoices().find(row.final_invoice_of);
    if (!final_invoice) return tl::unexpected(final_invoice.error());
    if (!*final_invoice) return InvoiceId();
    if (row.reason.empty()) row.reason = (*final_invoice)->reason;
    return (*final_invoice)->invoice;
  }

  Result<InvoiceId> invoiced(const RecordedEvent& row) {
    const auto invoices = invoices_of(row.event->customer);
    if (!invoices) return tl::unexpected(invoices.error());
    if (row.event->kind == UsageKind::workshop) return with_line_of(**invoices, row.record);
    const auto sessions = sessions_of(row.event->customer, row.event->item, **invoices);
    if (!sessions) return tl::unexpected(sessions.error());
    const auto found = (*sessions)->find(row.sequence);
    return found == (*sessions)->end() ? InvoiceId() : found->second;
  }

  static InvoiceId with_line_of(const std::vector<Invoice>& invoices, const UsageRecordId& record) {
    for (const Invoice& invoice : invoices) {
      if (record.empty() || invoice.status == "void") continue;
      for (const InvoiceLine& line : invoice.lines) {
        if (line.invoice_item.text() == record.text()) return invoice.id;
      }
    }
    return {};
  }

  Result<const std::vector<Invoice>*> invoices_of(const CustomerId& customer) {
    const auto known = invoices_.find(customer);
    if (known != invoices_.end()) return &known->second;
    auto read = data_.store().invoices(customer);
    if (!read) return failure(std::move(read));
    return &invoices_.emplace(customer, std::move(*read)).first->second;
  }

  using BySequence = std::map<std::int64_t, InvoiceId>;

  /// All sessions of an item that are on an invoice: which ones a line has depends on the others.
  Result<const BySequence*> sessions_of(const CustomerId& customer, const ItemId& item,
                                        const std::vector<Invoice>& invoices) {
    const auto known = sessions_.find(item);
    if (known != sessions_.end()) return &known->second;
    BySequence& found = sessions_[item];
    if (!bills_usage_of(invoices, item)) return &found;
    std::vector<RecordedEvent> events;
    EventFilter filter{.customer = customer, .item = item, .limit = rows_a_page};
    while (true) {
      auto page = data_.ledger().list(filter);
      if (!page) return failure(std::move(page));
      if (page->empty()) break;
      filter.before_sequence = page->back().sequence;
      std::ranges::move(*page, std::back_inserter(events));
    }
    const InvoicedUsage usage = invoiced_usage(item, events, invoices);
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (!usage.invoice_of[i].empty()) found.emplace(events[i].sequence, usage.invoice_of[i]);
    }
    return &found;
  }

  Data& data_;
  std::map<CustomerId, std::vector<Invoice>> invoices_;
  std::map<ItemId, BySequence> sessions_;
};

}  // namespace

Result<std::vector<ListedEvent>> with_invoices(Data& data, std::vector<RecordedEvent> rows) {
  Lookup lookup(data);
  std::vector<ListedEvent> listed;
  listed.reserve(rows.size());
  for (RecordedEvent& row : rows) {
    auto event = lookup.listed(std::move(row));
    if (!event) return failure(std::move(event));
    listed.push_back(std::move(*event));
  }
  return listed;
}

}  // namespace billing::apps
