// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "calendar.hpp"
#include "events.hpp"
#include "invoices.hpp"
#include "money.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sandbox {
namespace {

// Stripe's least charge in most of its currencies; less is left to the next invoice.
constexpr std::int64_t least_charge = 50;
/// Days from one failed attempt to the next. At Stripe a setting of the account: this is a guess.
constexpr std::array<std::int64_t, 3> retry_days = {3, 5, 7};

Subscription* subscription_of(World& world, const Invoice& invoice) {
  return invoice.subscription.empty() ? nullptr : &world.subscriptions.at(invoice.subscription);
}

void set_status(World& world, Subscription& subscription, std::string status, std::int64_t now) {
  const Pictures before = pictured(world, subscription);
  subscription.status = std::move(status);
  emit_change(world, now, "customer.subscription.updated", before, subscription);
}

void set_delinquent(World& world, const Invoice& invoice, bool delinquent, std::int64_t now) {
  Customer& customer = world.customers.at(invoice.customer);
  if (customer.deleted || customer.delinquent == delinquent) return;
  const Pictures before = pictured(world, customer);
  customer.delinquent = delinquent;
  emit_change(world, now, "customer.updated", before, customer);
}

void change_balance(World& world, const std::string& id, std::int64_t by, std::int64_t now) {
  Customer& customer = world.customers.at(id);
  if (by == 0) return;
  const Pictures before = pictured(world, customer);
  customer.balance = sum_of(customer.balance, by);
  emit_change(world, now, "customer.updated", before, customer);
}

bool has_open_invoice(const World& world, const Subscription& subscription) {
  const Positions& all = world.invoices_by_subscription.of(subscription.id);
  return std::ranges::any_of(all,
                             [&](std::size_t at) { return world.invoices[at].status == "open"; });
}

// The invoice is no longer in the way of its subscription: it was paid, or given up.
void recover(World& world, const Invoice& invoice, std::int64_t now) {
  Subscription* subscription = subscription_of(world, invoice);
  if (subscription == nullptr) return;
  const bool latest = subscription->latest_invoice == invoice.id;
  const bool due = subscription->status == "past_due" &&
                   ((latest && invoice.paid()) || !has_open_invoice(world, *subscription));
  const bool unpaid = subscription->status == "unpaid" && latest && invoice.paid();
  const bool first = subscription->status == "incomplete" && invoice.paid();
  if (due || unpaid || first) set_status(world, *subscription, "active", now);
}

void give_up(World& world, Subscription& subscription, std::int64_t now) {
  if (subscription.status != "past_due") return;
  switch (world.after_retries) {
    case AfterRetries::cancel: return cancel(world, subscription, now, "payment_failed");
    case AfterRetries::leave_unpaid:
      set_status(world, subscription, "unpaid", now);
      return stop_collection(world, subscription, now);
    case AfterRetries::leave_past_due: return;
  }
}

/// Whether another attempt follows.
bool plan_retry(World& world, Invoice& invoice, std::int64_t now) {
  if (invoice.retries == retry_days.size() || !invoice.auto_advance) {
    invoice.next_payment_attempt.reset();
    invoice.auto_advance = false;
    return false;
  }
  invoice.next_payment_attempt = now + retry_days[invoice.retries++] * day_seconds;
  schedule(world, invoice.test_clock, *invoice.next_payment_attempt, Work::invoice_retry,
           invoice.id);
  return true;
}

void fail(World& world, Invoice& invoice, const Attempt& how, Verdict verdict,
          const Pictures& before, std::int64_t now) {
  Subscription* subscription = subscription_of(world, invoice);
  const bool last = how.scheduled && !plan_retry(world, invoice, now);
  emit_change(world, now, "invoice.updated", before, invoice);
  emit(world, now,
       verdict == Verdict::needs_owner ? "invoice.payment_action_required"
                                       : "invoice.payment_failed",
       invoice);
  if (!how.scheduled) return;
  if (subscription != nullptr && subscription->status == "active") {
    set_status(world, *subscription, "past_due", now);
  }
  set_delinquent(world, invoice, true, now);
  if (last && subscription != nullptr) give_up(world, *subscription, now);
}

/// What the customer's balance makes of a total: what is due, and the balance afterwards.
struct Dues {
  std::int64_t due = 0;
  std::int64_t balance = 0;
};

Dues dues_of(const World& world, const Invoice& invoice) {
  const std::int64_t sum = sum_of(invoice.total, world.customers.at(invoice.customer).balance);
  if (sum < least_charge) return {.due = 0, .balance = sum};
  return {.due = sum, .balance = 0};
}

// Meter events that come late are still billed while the invoice is a draft; usage records aren't.
void meter_again(const World& world, Invoice& invoice) {
  for (InvoiceLine& line : invoice.lines) {
    if (!line.item || line.period.start == line.period.end) continue;
    const SubscriptionItem& item = world.items.at(*line.item);
    if (item.price != line.price || world.prices.at(item.price).meter() == nullptr) continue;
    std::string id = std::move(line.id);
    line = metered_line(world, item, line.period);
    line.id = std::move(id);
  }
  add_up(invoice);
}

void conclude(Invoice& invoice, std::string status) {
  invoice.status = std::move(status);
  invoice.auto_advance = false;
  invoice.next_payment_attempt.reset();
}

}  // namespace

void await_finalization(World& world, Invoice& invoice, std::int64_t now) {
  invoice.auto_advance = true;
  invoice.next_payment_attempt = now + draft_seconds;
  // Shown a second late, as Stripe shows it.
  invoice.automatically_finalizes_at = now + draft_seconds + 1;
  schedule(world, invoice.test_clock, now + draft_seconds, Work::invoice_finalization, invoice.id);
}

void plan_attempt(World& world, Invoice& invoice, std::int64_t now) {
  invoice.next_payment_attempt = now + draft_seconds;
  schedule(world, invoice.test_clock, *invoice.next_payment_attempt, Work::invoice_retry,
           invoice.id);
}

std::int64_t due_if_finalized(const World& world, const Invoice& invoice) {
  return dues_of(world, invoice).due;
}

void finalize(World& world, Invoice& invoice, std::int64_t now) {
  Customer& customer = world.customers.at(invoice.customer);
  const Dues dues = dues_of(world, invoice);
  invoice.number = fmt::format("{}-{:04}", customer.invoice_prefix, customer.next_invoice_sequence);
  customer.next_invoice_sequence = sum_of(customer.next_invoice_sequence, 1);
  invoice.secret = world.ids.plain("test_", 40);
  world.invoice_by_secret.emplace(*invoice.secret, invoice.id);
  invoice.finalized_at = now;
  invoice.automatically_finalizes_at.reset();
  invoice.starting_balance = customer.balance;
  invoice.amount_due = dues.due;
  invoice.ending_balance = dues.balance;
  invoice.status = "open";
  if (invoice.days_until_due) invoice.due_date = now + *invoice.days_until_due * day_seconds;
  if (dues.due == 0) {
    invoice.attempted = true;
    conclude(invoice, "paid");
    invoice.paid_at = now;
  }
  emit(world, now, "invoice.finalized", invoice);
  change_balance(world, customer.id, sum_of(dues.balance, -customer.balance), now);
  if (dues.due > 0) {
    add_payment_intent(world, invoice, now);
  } else {
    settle(world, invoice, pictured(world, invoice), now);
  }
}

void settle(World& world, Invoice& invoice, const Pictures& before, std::int64_t now) {
  conclude(invoice, "paid");
  invoice.paid_at = now;
  const Pictures paid = pictured(world, invoice);
  record(world, now, "invoice.updated", paid, &before);
  record(world, now, "invoice.paid", paid);
  record(world, now, "invoice.payment_succeeded", paid);
  if (!invoice.paid_out_of_band) tell_invoice_payment(world, invoice, now);
  recover(world, invoice, now);
  set_delinquent(world, invoice, false, now);
}

const PaymentMethod* method_of(const World& world, const Invoice& invoice) {
  if (invoice.default_payment_method) {
    return world.payment_methods.find(*invoice.default_payment_method);
  }
  if (invoice.subscription.empty()) return charged_method(world, std::nullopt, invoice.customer);
  return charged_method(world, world.subscriptions.at(invoice.subscription).default_payment_method,
                        invoice.customer);
}

Verdict attempt(World& world, Invoice& invoice, const Attempt& how, std::int64_t now) {
  const Pictures before = pictured(world, invoice);
  const Verdict verdict = charge(world, invoice, how.method, how.owner, now);
  invoice.attempted = true;
  // A question to the owner is no answer yet.
  if (verdict != Verdict::needs_owner && (how.scheduled || invoice.attempts == 0)) {
    ++invoice.attempts;
  }
  if (verdict == Verdict::paid) {
    settle(world, invoice, before, now);
  } else {
    fail(world, invoice, how, verdict, before, now);
  }
  return verdict;
}

void collect(World& world, Invoice& invoice, std::int64_t now, Owner owner) {
  // A first invoice isn't tried again: its subscription waits for it.
  const Subscription* subscription = subscription_of(world, invoice);
  if (subscription != nullptr) invoice.auto_advance = subscription->status != "incomplete";
  finalize(world, invoice, now);
  if (invoice.status != "open" || !invoice.charged_automatically()) return;
  attempt(world, invoice, {.method = method_of(world, invoice), .owner = owner, .scheduled = true},
          now);
}

void void_invoice(World& world, Invoice& invoice, std::int64_t now) {
  const Pictures before = pictured(world, invoice);
  conclude(invoice, "void");
  invoice.voided_at = now;
  cancel_payment(world, invoice, "void_invoice", now);
  emit_change(world, now, "invoice.updated", before, invoice);
  emit(world, now, "invoice.voided", invoice);
  change_balance(world, invoice.customer,
                 sum_of(invoice.starting_balance, -invoice.ending_balance.value_or(0)), now);
  Subscription* subscription = subscription_of(world, invoice);
  if (subscription != nullptr && subscription->status == "incomplete") {
    subscription->ended_at = now;
    return set_status(world, *subscription, "incomplete_expired", now);
  }
  recover(world, invoice, now);
}

void mark_uncollectible(World& world, Invoice& invoice, std::int64_t now) {
  const Pictures before = pictured(world, invoice);
  conclude(invoice, "uncollectible");
  invoice.uncollectible_at = now;
  emit_change(world, now, "invoice.updated", before, invoice);
  emit(world, now, "invoice.marked_uncollectible", invoice);
  recover(world, invoice, now);
  set_delinquent(world, invoice, false, now);
}

void stop_collection(World& world, const Subscription& subscription, std::int64_t now) {
  for (const std::size_t at : world.invoices_by_subscription.of(subscription.id)) {
    Invoice& invoice = world.invoices[at];
    if (!invoice.auto_advance) continue;
    const Pictures before = pictured(world, invoice);
    invoice.auto_advance = false;
    invoice.next_payment_attempt.reset();
    invoice.automatically_finalizes_at.reset();
    emit_change(world, now, "invoice.updated", before, invoice);
  }
}

void reach_finalization(World& world, const std::string& id) {
  Invoice& invoice = world.invoices.at(id);
  const std::int64_t now = time_of(world, invoice);
  const bool due = invoice.automatically_finalizes_at.value_or(now + 2) <= now + 1;
  if (!invoice.draft() || invoice.deleted || !invoice.auto_advance || !due) return;
  meter_again(world, invoice);
  collect(world, invoice, now);
}

void reach_retry(World& world, const std::string& id) {
  Invoice& invoice = world.invoices.at(id);
  const std::int64_t now = time_of(world, invoice);
  if (invoice.status != "open" || invoice.next_payment_attempt.value_or(now + 1) > now) return;
  attempt(world, invoice, {.method = method_of(world, invoice), .scheduled = true}, now);
}

void reach_incomplete_expiry(World& world, const std::string& id) {
  Subscription& subscription = world.subscriptions.at(id);
  if (subscription.status != "incomplete") return;
  void_invoice(world, world.invoices.at(*subscription.latest_invoice),
               time_of(world, subscription));
}

}  // namespace sandbox
