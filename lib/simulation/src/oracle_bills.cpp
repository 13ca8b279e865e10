// SPDX-License-Identifier: Apache-2.0
#include "oracle_bills.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace simulation {
namespace {

using billing::EventState;
using billing::RecordedEvent;
using billing::UsageKind;

/// Of a session, and of a seat in a workshop, in cents.
constexpr std::int64_t unit_price = 8'000;

std::string mark(const std::map<std::string, std::string>& metadata, const char* name) {
  const auto found = metadata.find(name);
  return found == metadata.end() ? "" : found->second;
}

bool is_collected(const StripeRecords::Invoice& invoice) {
  return invoice.status == "paid" || invoice.status == "open";
}

class BillCheck {
 public:
  BillCheck(std::span<const RecordedEvent> rows, const StripeRecords& stripe)
      : rows_(rows), stripe_(stripe) {}

  std::vector<std::string> run() {
    for (const StripeRecords::Invoice& invoice : stripe_.invoices) place_invoice(invoice);
    for (const StripeRecords::InvoiceItem& item : stripe_.invoice_items) place_item(item);
    for (const StripeRecords::Subscription& each : stripe_.subscriptions) {
      check_lines(each);
      check_usage(each);
    }
    for (const RecordedEvent& row : rows_) {
      if (row.event->kind == UsageKind::workshop) check_workshop(row);
    }
    for (const auto& [of, invoices] : finals_) {
      if (!invoices.empty())
        complain(fmt::format("{} is of {}, which is not there", invoices[0]->id, of));
    }
    for (const auto& [event, items] : workshop_items_) {
      complain(fmt::format("{} at Stripe is for {}, which nobody pressed", items[0]->id, event));
    }
    return std::move(complaints_);
  }

 private:
  void complain(std::string what) { complaints_.push_back(std::move(what)); }

  void place_invoice(const StripeRecords::Invoice& invoice) {
    invoices_[invoice.id] = &invoice;
    if (!invoice.subscription.empty()) return;
    const std::string of = mark(invoice.metadata, "final_invoice_of");
    if (of.empty()) return complain(invoice.id + " is nobody's final invoice");
    finals_[of].push_back(&invoice);
    if (invoice.lines.empty()) complain(invoice.id + " is a final invoice of nothing");
    if (!is_collected(invoice)) {
      complain(fmt::format("{}, the final invoice of {}, is {}", invoice.id, of, invoice.status));
    }
  }

  void place_item(const StripeRecords::InvoiceItem& item) {
    if (item.amount != item.quantity * unit_price) {
      complain(fmt::format("{} costs {} for {}", item.id, item.amount, item.quantity));
    }
    const std::string event = mark(item.metadata, "event");
    if (!event.empty()) return workshop_items_[event].push_back(&item);
    const std::string of = mark(item.metadata, "final_invoice_of");
    if (of.empty()) return complain(item.id + " is for nothing that is known");
    final_usage_[of].push_back(&item);
  }

  /// Units of sessions that are on the subscription's own invoices.
  std::int64_t invoiced_by_stripe(const StripeRecords::Subscription& subscription) const {
    std::int64_t units = 0;
    if (!subscription.metered) return units;
    for (const StripeRecords::Invoice& invoice : stripe_.invoices) {
      if (invoice.subscription != subscription.id || invoice.status == "void") continue;
      for (const StripeRecords::Line& line : invoice.lines) {
        if (!line.subscription_item.empty()) units += line.quantity;
      }
    }
    return units;
  }

  /// Each line of a period has what the ledger says was used in it, to the cent.
  void check_lines(const StripeRecords::Subscription& subscription) {
    if (!subscription.metered) return;
    for (const StripeRecords::Invoice& invoice : stripe_.invoices) {
      if (invoice.subscription != subscription.id || invoice.status == "void") continue;
      for (const StripeRecords::Line& line : invoice.lines) {
        if (line.subscription_item.empty()) continue;
        const std::int64_t used = used_in(line);
        if (line.quantity != used || line.amount != used * unit_price) {
          complain(fmt::format("{} bills {} of {} for {}, and the ledger has {} in its period",
                               invoice.id, line.quantity, line.subscription_item, line.amount,
                               used));
        }
      }
    }
  }

  std::int64_t used_in(const StripeRecords::Line& line) const {
    std::int64_t used = 0;
    for (const RecordedEvent& row : rows_) {
      const bool counts = row.state == EventState::delivered ||
                          (row.state == EventState::final_invoice && row.final_invoice_of.empty());
      if (!counts || !row.usage_at || row.event->item.text() != line.subscription_item) continue;
      const std::int64_t second = row.usage_at->time_since_epoch().count();
      if (second > line.period_start && second <= line.period_end) used += row.event->quantity;
    }
    return used;
  }

  void check_usage(const StripeRecords::Subscription& subscription) {
    std::int64_t owed = -invoiced_by_stripe(subscription);
    for (const RecordedEvent& row : rows_) {
      const bool own =
          row.event->kind == UsageKind::session &&
          std::ranges::find(subscription.items, row.event->item.text()) != subscription.items.end();
      if (own && row.state != EventState::refused) owed += row.event->quantity;
    }
    const auto finals = std::exchange(finals_[subscription.id], {});
    const auto items = std::exchange(final_usage_[subscription.id], {});
    if (!subscription.ended_at) {
      if (!finals.empty() || !items.empty()) {
        complain(subscription.id + " has a final invoice, and has not ended");
      }
      return;
    }
    if (finals.size() > 1) {
      complain(fmt::format("{} has {} final invoices", subscription.id, finals.size()));
    }
    std::int64_t billed = 0;
    for (const StripeRecords::InvoiceItem* item : items) {
      billed += item->quantity;
      if (finals.empty() || item->invoice != finals[0]->id) {
        complain(fmt::format("{} is not on the final invoice of {}", item->id, subscription.id));
      }
    }
    if (billed != owed || items.size() > 1) {
      complain(fmt::format("{} owes {} sessions, and its final invoice has {} in {} items",
                           subscription.id, owed, billed, items.size()));
    }
  }

  void check_workshop(const RecordedEvent& row) {
    const std::string& id = row.event->id.text();
    const auto items = std::exchange(workshop_items_[id], {});
    workshop_items_.erase(id);
    if (row.state == EventState::refused) {
      if (!items.empty()) complain(fmt::format("{} is refused, and is {}", id, items[0]->id));
      return;
    }
    if (items.size() != 1) return complain(fmt::format("{} is {} items", id, items.size()));
    const StripeRecords::InvoiceItem& item = *items[0];
    if (item.quantity != row.event->quantity || item.customer != row.event->customer.text()) {
      complain(fmt::format("{} is {} for {}, and {} for {} at Stripe", id, row.event->quantity,
                           row.event->customer.text(), item.quantity, item.customer));
    }
    if (!is_placed(item, row.event->subscription.text())) {
      complain(fmt::format("{} of {} is on no bill that will come: {}", item.id, id,
                           item.invoice.empty() ? "it waits for one" : item.invoice));
    }
  }

  bool is_placed(const StripeRecords::InvoiceItem& item, const std::string& subscription) const {
    if (item.invoice.empty()) {
      const auto found =
          std::ranges::find(stripe_.subscriptions, subscription, &StripeRecords::Subscription::id);
      return item.subscription == subscription && found != stripe_.subscriptions.end() &&
             !found->ended_at;
    }
    const auto found = invoices_.find(item.invoice);
    if (found == invoices_.end()) return false;
    const StripeRecords::Invoice& invoice = *found->second;
    const bool own = invoice.subscription == subscription ||
                     mark(invoice.metadata, "final_invoice_of") == subscription;
    return own && (is_collected(invoice) || (invoice.status == "draft" && invoice.auto_advance));
  }

  std::span<const RecordedEvent> rows_;
  const StripeRecords& stripe_;
  std::vector<std::string> complaints_;
  std::map<std::string, const StripeRecords::Invoice*> invoices_;
  // By subscription, …
  std::map<std::string, std::vector<const StripeRecords::Invoice*>> finals_;
  std::map<std::string, std::vector<const StripeRecords::InvoiceItem*>> final_usage_;
  // … and by event.
  std::map<std::string, std::vector<const StripeRecords::InvoiceItem*>> workshop_items_;
};

}  // namespace

std::vector<std::string> check_bills(std::span<const RecordedEvent> rows,
                                     const StripeRecords& stripe) {
  return BillCheck(rows, stripe).run();
}

}  // namespace simulation
