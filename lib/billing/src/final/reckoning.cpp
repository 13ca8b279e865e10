// SPDX-License-Identifier: Apache-2.0
#include "final/reckoning.hpp"

#include <billing/invoiced_usage.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace billing {
namespace {

ReckonedEvent on_final_invoice(const RecordedEvent& row) {
  return {
      .sequence = row.sequence, .state = row.state, .on_final_invoice = true, .reason = row.reason};
}

/// What waits for a final invoice that won't bill it is refused; what was delivered stays so.
ReckonedEvent unbilled(std::int64_t sequence, EventState state, const std::string& why) {
  return {.sequence = sequence,
          .state = state == EventState::final_invoice ? EventState::refused : state,
          .reason = "not billed: " + why};
}

/// The sessions of one item that are on no invoice.
struct Rest {
  std::vector<const RecordedEvent*> events;
  std::int64_t units = 0;
};

/// What is on an invoice is settled by that, also where its answer was lost.
Rest rest_of(const ItemId& item, std::span<const RecordedEvent> events, const InvoicedUsage& usage,
             Reckoning& reckoning) {
  Rest rest;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const RecordedEvent& row = events[i];
    const bool counts = row.event->item == item && row.event->kind == UsageKind::session &&
                        row.state != EventState::refused;
    if (counts && usage.invoice_of[i].empty()) {
      rest.events.push_back(&row);
      rest.units += row.event->quantity;
    } else if (counts && row.state == EventState::final_invoice) {
      reckoning.events.push_back(
          {.sequence = row.sequence,
           .reason = "Stripe's own invoice has it: " + usage.invoice_of[i].text()});
    }
  }
  return rest;
}

/// Of one item: what its invoices leave over, and never more than all events come to beyond all
/// that was invoiced.
void reckon_item(const ItemId& item, std::span<const RecordedEvent> events,
                 std::span<const Invoice> invoices, Reckoning& reckoning) {
  const InvoicedUsage usage = invoiced_usage(item, events, invoices);
  const Rest rest = rest_of(item, events, usage, reckoning);
  std::int64_t billable = rest.units - usage.unexplained;
  if (usage.left_out > 0) {
    add_reason(reckoning.reason,
               fmt::format("Stripe invoiced {} fewer of {} than were delivered in that time",
                           usage.left_out, item.text()));
  }
  if (usage.unexplained > 0) {
    add_reason(reckoning.reason,
               fmt::format("Stripe has invoiced {} more of {} than the ledger explains",
                           usage.unexplained, item.text()));
  }
  if (!reckoning.item.empty() && rest.units > 0) {
    billable = 0;
    add_reason(reckoning.reason,
               fmt::format("{} of {} are on no invoice, and a final invoice bills one item: bill "
                           "them by hand",
                           rest.units, item.text()));
  }
  for (const RecordedEvent* row : rest.events) {
    if (row->event->quantity > billable) {
      reckoning.events.push_back(unbilled(row->sequence, row->state, reckoning.reason));
      continue;
    }
    billable -= row->event->quantity;
    reckoning.item = item;
    reckoning.quantity += row->event->quantity;
    reckoning.events.push_back(on_final_invoice(*row));
  }
}

void reckon_workshops(const Subscription& subscription, std::span<const RecordedEvent> events,
                      std::span<const stripe::InvoiceItem> invoice_items, Reckoning& reckoning) {
  reckoning.workshops = std::ranges::any_of(invoice_items, [&](const stripe::InvoiceItem& each) {
    return each.invoice.empty() && is_workshop_of(each, subscription.id);
  });
  for (const RecordedEvent& row : events) {
    if (row.event->kind != UsageKind::workshop || row.state == EventState::refused) continue;
    const auto found = std::ranges::find_if(invoice_items, [&](const stripe::InvoiceItem& each) {
      const auto event = each.metadata.find("event");
      return event != each.metadata.end() && event->second == row.event->id.text();
    });
    const bool known = found != invoice_items.end();
    const bool invoiced = known && !found->invoice.empty();
    const bool waits = row.state == EventState::final_invoice;
    if (waits && invoiced) {
      reckoning.events.push_back(
          {.sequence = row.sequence, .record = UsageRecordId(found->id.text())});
    } else if (!invoiced && (waits || known)) {
      // One that was delivered and is gone was taken back by hand at Stripe.
      reckoning.workshops = true;
      reckoning.events.push_back(on_final_invoice(row));
    }
  }
}

}  // namespace

void add_reason(std::string& reason, const std::string& more) {
  if (!reason.empty()) reason += "; ";
  reason += more;
}

bool is_workshop_of(const stripe::InvoiceItem& item, const SubscriptionId& subscription) {
  if (!item.metadata.contains("event")) return false;
  const auto named = item.metadata.find("subscription");
  return item.subscription == subscription ||
         (named != item.metadata.end() && named->second == subscription.text());
}

Reckoning reckon(const Subscription& subscription, std::span<const RecordedEvent> events,
                 std::span<const Invoice> invoices,
                 std::span<const stripe::InvoiceItem> invoice_items) {
  Reckoning reckoning;
  for (const SubscriptionItem& item : subscription.items) {
    if (item.usage_type == UsageType::metered) {
      reckon_item(item.id, events, invoices, reckoning);
    }
  }
  reckon_workshops(subscription, events, invoice_items, reckoning);
  return reckoning;
}

Reckoning given_up(Reckoning reckoning, const std::string& reason) {
  for (ReckonedEvent& each : reckoning.events) {
    if (each.on_final_invoice) each = unbilled(each.sequence, each.state, reason);
  }
  reckoning.quantity = 0;
  reckoning.workshops = false;
  add_reason(reckoning.reason, reason);
  return reckoning;
}

}  // namespace billing
