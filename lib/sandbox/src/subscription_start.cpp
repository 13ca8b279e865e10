// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "calendar.hpp"
#include "events.hpp"
#include "invoices.hpp"
#include "money.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

constexpr std::int64_t incomplete_seconds = 23 * 3600;

SubscriptionItem& add_item(World& world, Subscription& subscription, LineItem line,
                           std::int64_t now) {
  SubscriptionItem& item = world.items.add({.id = world.ids.plain("si_"),
                                            .created = now,
                                            .subscription = subscription.id,
                                            .price = std::move(line.price),
                                            .quantity = line.quantity,
                                            .metadata = std::move(line.metadata),
                                            .open_summary = world.ids.timed("sis_", now)});
  subscription.items.push_back(item.id);
  return item;
}

InvoiceLine first_line(const World& world, const Subscription& subscription,
                       const SubscriptionItem& item, std::int64_t now) {
  const Price& price = world.prices.at(item.price);
  // Nothing has been used yet: the metered line says so, over no time at all.
  if (price.metered()) return metered_line(world, item, {now, now});
  return subscription.trial ? trial_line(world, item, subscription.period)
                            : licensed_line(world, item, subscription.period);
}

// A price that is paid once is an invoice item, which the first invoice takes.
void add_one_time(World& world, const Subscription& subscription, const LineItem& line,
                  std::int64_t now) {
  const Price& price = world.prices.at(line.price);
  const std::int64_t quantity = line.quantity.value_or(1);
  add_invoice_item(world,
                   {.test_clock = subscription.test_clock,
                    .customer = subscription.customer,
                    .currency = price.currency,
                    .price = price.id,
                    .quantity = quantity,
                    .amount = priced(quantity, price.unit_amount_decimal),
                    .description = world.products.at(price.product).name,
                    .period = {now, now},
                    .subscription = subscription.id,
                    .metadata = line.metadata},
                   now);
}

// Until an anchor of its own there is a period that costs nothing.
void begin(World& world, Subscription& subscription, const Terms& terms, std::int64_t now) {
  begin_cycle(interval_of(world, subscription), subscription, terms.trial.end_from(now), now);
  if (terms.anchor) {
    subscription.anchor = *terms.anchor;
    subscription.cycle = 0;
    subscription.period.end = *terms.anchor;
  }
  expect_period_end(world, subscription, now);
  if (terms.cancel_at) cancel_at(world, subscription, terms.cancel_at, now);
  if (terms.cancel_at_period_end) cancel_at_period_end(subscription, true, now);
}

// The payment intent waits to be confirmed, with the card that is there.
void hold(World& world, const Invoice& invoice, const PaymentMethod* method) {
  if (!invoice.payment_intent || method == nullptr) return;
  PaymentIntent& intent = world.payment_intents.at(*invoice.payment_intent);
  intent.payment_method = method->id;
  intent.status = "requires_confirmation";
}

}  // namespace

void expect_trial_end(World& world, const Subscription& subscription, std::int64_t now) {
  if (!subscription.trial) return;
  const std::int64_t notice = subscription.trial->end - trial_notice_seconds;
  if (notice > now) {
    schedule(world, subscription.test_clock, notice, Work::trial_will_end, subscription.id);
  } else {
    announce_trial_end(world, subscription.id);
  }
}

void begin_cycle(const Recurring& recurring, Subscription& subscription,
                 std::optional<std::int64_t> trial_end, std::int64_t now) {
  const bool trial = trial_end && *trial_end > now;
  if (trial) {
    subscription.status = "trialing";
    subscription.trial = Period{now, *trial_end};
  }
  subscription.anchor = trial ? *trial_end : now;
  subscription.cycle = trial ? 0 : 1;
  subscription.period = {now, period_end(recurring, subscription, subscription.cycle)};
}

void set_currency(World& world, Customer& customer, const std::string& currency, std::int64_t now) {
  if (customer.currency == currency) return;
  const Pictures before = pictured(world, customer);
  customer.currency = currency;
  emit_change(world, now, "customer.updated", before, customer);
}

const Recurring& interval_of(const World& world, const Subscription& subscription) {
  return *world.prices.at(world.items.at(subscription.items.front()).price).recurring;
}

std::int64_t period_end(const World& world, const Subscription& subscription, std::int64_t cycle) {
  return period_end(interval_of(world, subscription), subscription, cycle);
}

std::int64_t period_end(const Recurring& recurring, const Subscription& subscription,
                        std::int64_t cycle) {
  return after_intervals(subscription.anchor, recurring.interval, cycle * recurring.interval_count);
}

Subscription& start_subscription(World& world, Terms terms) {
  Customer& customer = world.customers.at(terms.customer);
  const std::int64_t now = time_of(world, customer);
  Subscription& subscription =
      world.subscriptions.add({.id = world.ids.timed("sub_", now),
                               .created = now,
                               .test_clock = customer.test_clock,
                               .customer = terms.customer,
                               .currency = world.prices.at(terms.lines.front().price).currency,
                               .flexible = terms.flexible,
                               .missing_payment_method = terms.trial.missing_payment_method,
                               .default_payment_method = std::move(terms.default_payment_method),
                               .description = std::move(terms.description),
                               .payment_settings = std::move(terms.payment_settings),
                               .metadata = std::move(terms.metadata)});
  world.subscriptions_by_customer.add(subscription.customer, world.subscriptions.size() - 1);
  set_currency(world, customer, subscription.currency, now);
  for (LineItem& line : terms.lines) {
    if (world.prices.at(line.price).recurring) {
      add_item(world, subscription, std::move(line), now);
    } else {
      add_one_time(world, subscription, line, now);
    }
  }
  begin(world, subscription, terms, now);

  Invoice invoice = draft_invoice(world, subscription, "subscription_create", now);
  for (const std::string& id : subscription.items) {
    const SubscriptionItem& item = world.items.at(id);
    if (terms.anchor && !world.prices.at(item.price).metered()) continue;
    invoice.lines.push_back(first_line(world, subscription, item, now));
  }
  if (invoice.lines.empty() && !has_pending_items(world, subscription)) {
    emit(world, now, "customer.subscription.created", subscription);
    return subscription;
  }
  Invoice& added = add_draft(world, std::move(invoice));
  const PaymentMethod* method = method_of(world, added);
  const bool paid = due_if_finalized(world, added) == 0 ||
                    (!terms.leave_open && verdict_on(method, terms.owner) == Verdict::paid);
  if (!paid && !subscription.trial) {
    subscription.status = "incomplete";
    schedule(world, subscription.test_clock, now + incomplete_seconds, Work::incomplete_expiry,
             subscription.id);
  }
  emit(world, now, "customer.subscription.created", subscription);
  expect_trial_end(world, subscription, now);
  emit(world, now, "invoice.created", added);
  if (terms.leave_open) {
    finalize(world, added, now);
    hold(world, added, method);
  } else {
    collect(world, added, now, terms.owner);
  }
  return subscription;
}

std::int64_t due_today(const World& world, const std::vector<LineItem>& lines, const Trial& trial) {
  std::int64_t due = 0;
  for (const LineItem& line : lines) {
    const Price& price = world.prices.at(line.price);
    if (price.metered() || (price.recurring && (trial.days || trial.end))) continue;
    due = sum_of(due, priced(line.quantity.value_or(1), price.unit_amount_decimal));
  }
  return due;
}

const Price& usable_price(World& world, const std::string& id, const std::string& param) {
  const Price& price = in_param(world.prices, "price", id, param);
  if (!price.active) {
    throw Refusal{
        .message = "The price specified is inactive. This field only accepts active prices.",
        .param = param};
  }
  if (!world.products.at(price.product).active) {
    throw Refusal{.code = "product_inactive",
                  .message = fmt::format("The product of price `{}` is not active.", id),
                  .param = param};
  }
  return price;
}

}  // namespace sandbox
