// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "payments.hpp"
#include "world.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sandbox {

/// The life of an invoice: draft, open, then paid, void or uncollectible. All of these tell what
/// they do.

/// How long an invoice stays a draft.
constexpr std::int64_t draft_seconds = 3600;

/// Lets time finalise and charge a draft, an hour after `now`. Tells nothing yet.
void await_finalization(World& world, Invoice& invoice, std::int64_t now);

/// Numbers a draft and takes the customer's balance into account. It is open then, with a payment
/// intent, or paid when nothing is due.
void finalize(World& world, Invoice& invoice, std::int64_t now);

/// What finalising it now would leave to pay.
std::int64_t due_if_finalized(const World& world, const Invoice& invoice);

/// Finalises a draft and, when it is charged automatically, charges it.
void collect(World& world, Invoice& invoice, std::int64_t now, Owner owner = Owner::absent);

/// How an open invoice is charged: by the schedule of retries, or because somebody asked.
struct Attempt {
  const PaymentMethod* method = nullptr;
  Owner owner = Owner::absent;
  bool scheduled = false;
};
/// Charges it. A failure makes its subscription past_due and its customer delinquent, and the
/// schedule plans the next attempt.
Verdict attempt(World& world, Invoice& invoice, const Attempt& how, std::int64_t now);

/// Lets time charge an open invoice for the first time, an hour after `now`.
void plan_attempt(World& world, Invoice& invoice, std::int64_t now);

/// It was paid, by a charge or elsewhere; what waited for that goes on.
void settle(World& world, Invoice& invoice, const std::vector<Json>& before, std::int64_t now);

/// Its card: its own, its subscription's or its customer's; null when there is none.
const PaymentMethod* method_of(const World& world, const Invoice& invoice);

void void_invoice(World& world, Invoice& invoice, std::int64_t now);
void mark_uncollectible(World& world, Invoice& invoice, std::int64_t now);

/// A subscription that was canceled takes no more money: its invoices stay as they are.
void stop_collection(World& world, const Subscription& subscription, std::int64_t now);

/// What time does: an hour after a draft, at the next attempt, 23 hours after a first invoice that
/// nobody paid.
void reach_finalization(World& world, const std::string& invoice);
void reach_retry(World& world, const std::string& invoice);
void reach_incomplete_expiry(World& world, const std::string& subscription);

/// The invoice items of a customer that the next invoice takes: those of the subscription and those
/// of none; with an empty subscription only those of none. Newest first, as lines come.
std::vector<InvoiceItem*> pending_items(World& world, const std::string& customer,
                                        const std::string& subscription,
                                        const std::string& currency);
bool has_pending_items(World& world, const Subscription& subscription);
/// Moves them into an invoice that is about to be made; gives the lines.
std::vector<InvoiceLine> take_pending_items(World& world, const Invoice& invoice);
InvoiceLine line_of(const World& world, const InvoiceItem& item);

/// Puts an invoice item into the world, pending, and tells so.
InvoiceItem& add_invoice_item(World& world, InvoiceItem item, std::int64_t now);

/// All lines, as a list shows them.
std::vector<Json> invoice_lines_shown(const View& view, const Invoice& invoice);

/// Sums up an invoice's lines again.
void add_up(Invoice& invoice);

/// `https://…/i/…`; null for a draft.
Json hosted_invoice_url(const World& world, const Invoice& invoice);

}  // namespace sandbox
