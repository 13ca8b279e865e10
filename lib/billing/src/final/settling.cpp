// SPDX-License-Identifier: Apache-2.0
#include "final/settling.hpp"

#include <billing/refresh.hpp>

#include "final/pace.hpp"
#include "final/reckoning.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace billing {
namespace {

constexpr int events_a_page = 10'000;

/// What is known at Stripe of a customer.
struct Known {
  bool deleted = false;
  std::vector<Invoice> invoices;
  std::vector<stripe::InvoiceItem> items;
  /// What Stripe did invoice, on a draft that it won't finalise: it stops collecting what
  /// has ended. Empty if there is none.
  InvoiceId stopped_draft;
};

/// With something on it: usage, or what was registered for.
bool is_stopped_draft(const stripe::Invoice& invoice, const SubscriptionId& subscription) {
  return invoice.subscription == subscription && invoice.status == "draft" &&
         !invoice.auto_advance && std::ranges::any_of(invoice.lines, [](const InvoiceLine& line) {
           return (line.metered && line.quantity > 0) || !line.invoice_item.empty();
         });
}

Result<Known> known_of(const FinalInvoiceParts& parts, const FinalInvoice& row) {
  Known known;
  const CustomerId& customer = row.customer;
  const Result<bool> deleted = is_deleted(parts, customer);
  if (!deleted) return tl::unexpected(deleted.error());
  known.deleted = *deleted;
  if (known.deleted) {
    // What Stripe once told of it has to do.
    auto stored = parts.store.invoices(customer);
    if (!stored) return failure(std::move(stored));
    known.invoices = std::move(*stored);
    return known;
  }
  Refresh refresh(parts.stripe, parts.store, parts.health);
  const auto invoices = refresh.invoices(customer, one_try);
  if (!invoices) return tl::unexpected(invoices.error());
  known.invoices.assign(invoices->begin(), invoices->end());
  for (const stripe::Invoice& each : *invoices) {
    if (is_stopped_draft(each, row.subscription)) known.stopped_draft = each.id;
  }
  auto items = parts.health.noted(parts.stripe.invoice_items(customer, one_try));
  if (!items) return failure(std::move(items));
  known.items = std::move(*items);
  return known;
}

/// Has Stripe go on with a draft.
Result<void> resume(const FinalInvoiceParts& parts, const InvoiceId& draft,
                    FinalInvoicePace& pace) {
  const IdempotencyKey key(fmt::format("final/{}/collect/{}", draft.text(), pace.key_number));
  auto resumed = parts.health.noted(parts.stripe.let_stripe_collect(draft, key, one_try));
  if (resumed) return {};
  if (is_kept_under_key(resumed.error())) ++pace.key_number;
  count_refusal(pace, resumed.error());
  return failure(std::move(resumed));
}

/// The item whose price says the currency, and what a unit costs if usage is owed.
const SubscriptionItem* priced_item(const Subscription& subscription, const ItemId& owed) {
  for (const SubscriptionItem& each : subscription.items) {
    if (owed.empty() || each.id == owed) return &each;
  }
  return nullptr;
}

Result<void> end(const FinalInvoiceParts& parts, FinalInvoice row, const Reckoning& reckoning,
                 std::string outcome) {
  row.step = FinalStep::done;
  row.outcome = std::move(outcome);
  row.reason = reckoning.reason;
  const auto advanced = parts.rows.advance(row, FinalStep::settling, reckoning.events);
  if (!advanced) return tl::unexpected(advanced.error());
  if (!*advanced) return {};
  const bool odd = !row.reason.empty();
  tell(parts.observer, odd ? Severity::warning : Severity::info,
       odd ? "final_invoice_differs" : "final_invoice_not_needed", row);
  return {};
}

Result<void> freeze(const FinalInvoiceParts& parts, FinalInvoice row,
                    const Subscription& subscription, Reckoning reckoning) {
  const SubscriptionItem* item = priced_item(subscription, reckoning.item);
  require(item != nullptr);
  const auto price = parts.health.noted(parts.stripe.price(item->price, one_try));
  if (!price) return tl::unexpected(price.error());
  if (!price->unit_amount && reckoning.quantity > 0) {
    const std::string reason =
        fmt::format("{} of {} can't be priced, as {} has no amount a unit: bill them by hand",
                    reckoning.quantity, item->id.text(), price->id.text());
    return end(parts, std::move(row), given_up(std::move(reckoning), reason), "refused");
  }
  row.step = FinalStep::frozen;
  row.item = reckoning.item;
  row.product = price->product;
  row.unit_amount = {.minor = price->unit_amount.value_or(0), .currency = price->currency};
  row.quantity = reckoning.quantity;
  row.period_start = std::min(item->period_start, row.ended_at);
  row.reason = reckoning.reason;
  const auto advanced = parts.rows.advance(row, FinalStep::settling, reckoning.events);
  if (!advanced) return tl::unexpected(advanced.error());
  if (*advanced && !row.reason.empty()) {
    tell(parts.observer, Severity::warning, "final_invoice_differs", row);
  }
  return {};
}

}  // namespace

Result<Subscription> stored_subscription(Store& store, const CustomerId& customer,
                                         const SubscriptionId& id) {
  auto all = store.subscriptions(customer);
  if (!all) return failure(std::move(all));
  const auto found = std::ranges::find(*all, id, &Subscription::id);
  if (found != all->end()) return std::move(*found);
  return failure(ErrorCode::corrupt,
                 fmt::format("subscription {} is not in the data file", id.text()));
}

Result<std::vector<RecordedEvent>> events_of(Ledger& ledger, const Subscription& subscription) {
  std::vector<RecordedEvent> events;
  for (const SubscriptionItem& item : subscription.items) {
    EventFilter filter{.customer = subscription.customer, .item = item.id, .limit = events_a_page};
    while (true) {
      auto page = ledger.list(filter);
      if (!page) return failure(std::move(page));
      if (page->empty()) break;
      filter.before_sequence = page->back().sequence;
      std::ranges::move(*page, std::back_inserter(events));
    }
  }
  std::ranges::sort(events, {}, &RecordedEvent::sequence);
  return events;
}

Result<bool> deliveries_are_over(Ledger& ledger, const Subscription& subscription) {
  for (const SubscriptionItem& item : subscription.items) {
    const auto backlog = ledger.backlog(item.id);
    if (!backlog) return tl::unexpected(backlog.error());
    if (backlog->oldest_clicked_at) return false;
  }
  return true;
}

Result<bool> is_deleted(const FinalInvoiceParts& parts, const CustomerId& customer) {
  Refresh refresh(parts.stripe, parts.store, parts.health);
  const auto read = refresh.customer(customer, one_try);
  if (read) return read->deleted;
  if (read.error().code == ErrorCode::not_found) return true;
  return tl::unexpected(read.error());
}

Result<void> settle(const FinalInvoiceParts& parts, FinalInvoice row,
                    const Subscription& subscription, FinalInvoicePace& pace) {
  const auto events = events_of(parts.ledger, subscription);
  if (!events) return tl::unexpected(events.error());
  const auto known = known_of(parts, row);
  if (!known) return tl::unexpected(known.error());
  Reckoning reckoning = reckon(subscription, *events, known->invoices, known->items);
  if (!known->stopped_draft.empty()) {
    if (pace.refusals < refusals_max) return resume(parts, known->stopped_draft, pace);
    add_reason(reckoning.reason, fmt::format("Stripe does not finalise {}: do it by hand",
                                             known->stopped_draft.text()));
  }
  if (reckoning.nothing_owed()) return end(parts, std::move(row), reckoning, "nothing_owed");
  if (known->deleted) {
    const std::string reason =
        fmt::format("customer {} was deleted at Stripe", row.customer.text());
    return end(parts, std::move(row), given_up(std::move(reckoning), reason), "customer_deleted");
  }
  return freeze(parts, std::move(row), subscription, std::move(reckoning));
}

void tell(Observer& observer, Severity severity, std::string_view what, const FinalInvoice& row) {
  Observation seen{.severity = severity,
                   .what = what,
                   .facts = {{"subscription", row.subscription.text()},
                             {"quantity", std::to_string(row.quantity)}}};
  if (!row.invoice.empty()) seen.facts.emplace_back("invoice", row.invoice.text());
  if (!row.outcome.empty()) seen.facts.emplace_back("outcome", row.outcome);
  if (!row.reason.empty()) seen.facts.emplace_back("reason", row.reason);
  observer.observe(seen);
}

}  // namespace billing
