// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "calendar.hpp"
#include "money.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

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
  InvoiceLine line = licensed_line(world, item, subscription.period);
  if (subscription.trial) {
    line.amount = 0;
    line.description = "Trial period for " + world.products.at(price.product).name;
  }
  return line;
}

InvoiceLine one_time_line(const World& world, const LineItem& line, std::int64_t now) {
  const Price& price = world.prices.at(line.price);
  const std::int64_t quantity = line.quantity.value_or(1);
  return {.amount = priced(quantity, price.unit_amount_decimal),
          .description = world.products.at(price.product).name,
          .period = {now, now},
          .price = price.id,
          .quantity = quantity};
}

void set_periods(const World& world, Subscription& subscription, const Trial& trial,
                 std::int64_t now) {
  subscription.anchor = now;
  if (const auto end = trial.end_from(now); end && *end > now) {
    subscription.status = "trialing";
    subscription.trial = Period{now, *end};
    subscription.anchor = *end;
    subscription.cycle = 0;
  }
  subscription.period = {now, period_end(world, subscription, subscription.cycle)};
}

}  // namespace

std::int64_t period_end(const World& world, const Subscription& subscription, std::int64_t cycle) {
  const SubscriptionItem& first = world.items.at(subscription.items.front());
  const Recurring& recurring = *world.prices.at(first.price).recurring;
  return after_intervals(subscription.anchor, recurring.interval, cycle * recurring.interval_count);
}

Subscription& start_subscription(World& world, Terms terms, std::int64_t now) {
  Subscription& subscription =
      world.subscriptions.add({.id = world.ids.timed("sub_", now),
                               .created = now,
                               .customer = terms.customer,
                               .currency = world.prices.at(terms.lines.front().price).currency,
                               .missing_payment_method = terms.trial.missing_payment_method,
                               .default_payment_method = std::move(terms.default_payment_method),
                               .description = std::move(terms.description),
                               .metadata = std::move(terms.metadata)});
  world.subscriptions_by_customer.add(subscription.customer, world.subscriptions.size() - 1);
  world.customers.at(subscription.customer).currency = subscription.currency;
  std::vector<InvoiceLine> extra;
  for (LineItem& line : terms.lines) {
    if (world.prices.at(line.price).recurring) {
      add_item(world, subscription, std::move(line), now);
    } else {
      extra.push_back(one_time_line(world, line, now));
    }
  }
  set_periods(world, subscription, terms.trial, now);
  world.subscriptions_due.emplace(subscription.period.end, subscription.id);

  Invoice invoice = draft_invoice(world, subscription, "subscription_create", now);
  for (const std::string& item : subscription.items) {
    invoice.lines.push_back(first_line(world, subscription, world.items.at(item), now));
  }
  invoice.lines.insert(invoice.lines.end(), extra.begin(), extra.end());
  issue(world, std::move(invoice), now);
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
