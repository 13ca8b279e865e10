// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "invoices.hpp"
#include "money.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sandbox {
namespace {

std::string every(const Recurring& recurring) {
  if (recurring.interval_count == 1) return recurring.interval;
  return fmt::format("every {} {}s", recurring.interval_count, recurring.interval);
}

InvoiceLine item_line(const World& world, const SubscriptionItem& item, Period period,
                      const Decimal& quantity) {
  const Price& price = world.prices.at(item.price);
  const bool whole = quantity.fraction() == 0;
  return {.amount = priced(quantity, price.unit_amount_decimal),
          .description = fmt::format(
              "{} × {} (at {} / {})", quantity.text(), world.products.at(price.product).name,
              unit_price_text(price.unit_amount_decimal, price.currency), every(*price.recurring)),
          .period = period,
          .price = price.id,
          .quantity = quantity.rounded_up(),
          .quantity_decimal = whole ? Text{} : Text(quantity.text()),
          .item = item.id};
}

// What the customer's events come to; a total below nothing is billed as nothing.
Decimal metered_in(const World& world, const SubscriptionItem& item, const std::string& meter,
                   Period period) {
  // No time at all; a preview may ask so of an item whose subscription isn't there yet.
  if (period.start == period.end) return Decimal::of(0);
  const std::string& customer = world.subscriptions.at(item.subscription).customer;
  const std::string& formula = world.metering.meters.at(meter).formula;
  return std::max(Decimal{}, world.metering.usage(meter, customer).total(formula, period));
}

}  // namespace

std::int64_t usage_in(const World& world, const SubscriptionItem& item, Period period) {
  if (period.start == period.end) return 0;
  const Price& price = world.prices.at(item.price);
  if (const std::string* meter = price.meter()) {
    return metered_in(world, item, *meter, period).rounded_up();
  }
  const std::string how = price.recurring->aggregate_usage.value_or("sum");
  const auto end = item.usage.lower_bound(period.end);
  const auto begin = how == "last_ever" ? item.usage.begin() : item.usage.lower_bound(period.start);
  if (begin == end) return 0;
  if (how == "last_ever" || how == "last_during_period") return std::prev(end)->second;
  std::int64_t total = 0;
  for (auto at = begin; at != end; ++at) {
    total = how == "max" ? std::max(total, at->second) : sum_of(total, at->second);
  }
  return total;
}

InvoiceLine licensed_line(const World& world, const SubscriptionItem& item, Period period) {
  return item_line(world, item, period, Decimal::of(item.quantity.value_or(1)));
}

InvoiceLine trial_line(const World& world, const SubscriptionItem& item, Period trial) {
  InvoiceLine line = licensed_line(world, item, trial);
  line.amount = 0;
  const Price& price = world.prices.at(item.price);
  line.description = "Trial period for " + world.products.at(price.product).name;
  return line;
}

InvoiceLine metered_line(const World& world, const SubscriptionItem& item, Period period) {
  const std::string* meter = world.prices.at(item.price).meter();
  if (meter != nullptr) {
    return item_line(world, item, period, metered_in(world, item, *meter, period));
  }
  return item_line(world, item, period, Decimal::of(usage_in(world, item, period)));
}

Invoice invoice_of(const Customer& customer, std::int64_t now) {
  return {.created = now,
          .test_clock = customer.test_clock,
          .customer = customer.id,
          .period = {now, now},
          .customer_address = customer.address,
          .customer_email = customer.email,
          .customer_name = customer.name,
          .customer_phone = customer.phone,
          .customer_tax_exempt = customer.tax_exempt};
}

Invoice draft_invoice(const World& world, const Subscription& subscription, std::string reason,
                      std::int64_t now) {
  Invoice invoice = invoice_of(world.customers.at(subscription.customer), now);
  invoice.test_clock = subscription.test_clock;
  invoice.subscription = subscription.id;
  invoice.billing_reason = std::move(reason);
  invoice.currency = subscription.currency;
  invoice.subscription_metadata = subscription.metadata;
  return invoice;
}

void add_up(Invoice& invoice) {
  invoice.total = 0;
  for (const InvoiceLine& line : invoice.lines) invoice.total = sum_of(invoice.total, line.amount);
}

Invoice& add_draft(World& world, Invoice invoice) {
  if (invoice.id.empty()) invoice.id = world.ids.timed("in_", invoice.created);
  std::vector<InvoiceLine> lines;
  if (invoice.billing_reason != "manual") lines = take_pending_items(world, invoice);
  lines.insert(lines.end(), std::make_move_iterator(invoice.lines.begin()),
               std::make_move_iterator(invoice.lines.end()));
  invoice.lines = std::move(lines);
  for (InvoiceLine& line : invoice.lines) line.id = world.ids.timed("il_", invoice.created);
  add_up(invoice);
  Invoice& added = world.invoices.add(std::move(invoice));
  const std::size_t at = world.invoices.size() - 1;
  world.invoices_by_customer.add(added.customer, at);
  if (added.subscription.empty()) return added;
  world.invoices_by_subscription.add(added.subscription, at);
  world.subscriptions.at(added.subscription).latest_invoice = added.id;
  return added;
}

const PaymentMethod* charged_method(const World& world, const Text& default_payment_method,
                                    const std::string& customer) {
  const Customer& owner = world.customers.at(customer);
  const Text& method = default_payment_method         ? default_payment_method
                       : owner.default_payment_method ? owner.default_payment_method
                                                      : owner.default_source;
  return method ? world.payment_methods.find(*method) : nullptr;
}

}  // namespace sandbox
