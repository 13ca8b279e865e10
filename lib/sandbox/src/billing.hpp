// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "call.hpp"
#include "payments.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sandbox {

/// What a subscription is made of; checked by whoever offers it.
struct Terms {
  std::string customer{};
  /// One-time prices land on the first invoice, the others become items.
  std::vector<LineItem> lines{};
  Metadata metadata{};
  Text description{};
  Text default_payment_method{};
  Trial trial{};
  bool flexible = false;
  /// Of the card, while the first invoice is charged.
  Owner owner = Owner::present;
  /// `default_incomplete`: the first invoice is left to be paid, whatever the card.
  bool leave_open = false;
};

/// Makes the subscription, its items and its first invoice, which is charged at once. Where that
/// fails it is incomplete, for a day.
Subscription& start_subscription(World& world, Terms terms);

/// What is due on the day: one-time lines, and licensed ones unless a trial comes first.
std::int64_t due_today(const World& world, const std::vector<LineItem>& lines, const Trial& trial);

/// Ends it now. Usage that was not invoiced is dropped, as Stripe does.
void cancel(World& world, Subscription& subscription, std::int64_t now,
            std::string reason = "cancellation_requested");

/// A customer keeps the currency of the first invoice.
void set_currency(World& world, Customer& customer, const std::string& currency, std::int64_t now);

/// Lets it end with its period, or takes that back; tells nobody.
void cancel_at_period_end(Subscription& subscription, bool wanted, std::int64_t now);

/// The end of the period it is in: a trial ends, the next period begins or the subscription ends,
/// with an invoice.
void reach_period_end(World& world, const std::string& subscription);

/// Plans the end of the period it is in, and the notice of its invoice where there is time for one.
void expect_period_end(World& world, const Subscription& subscription, std::int64_t now);

/// invoice.upcoming, days before a period ends.
void announce_upcoming(World& world, const std::string& subscription);

/// Three days before a trial ends, or at once where it is shorter.
void announce_trial_end(World& world, const std::string& subscription);

/// What its periods are counted in.
const Recurring& interval_of(const World& world, const Subscription& subscription);

/// The period of a subscription that ends `cycle` intervals after its anchor.
std::int64_t period_end(const World& world, const Subscription& subscription, std::int64_t cycle);

/// Usage of an item in a period, by its price's aggregation. Sums are held at 64 bits.
std::int64_t usage_in(const World& world, const SubscriptionItem& item, Period period);

/// A line for what a licensed item costs in a period, and for what a metered one has used.
InvoiceLine licensed_line(const World& world, const SubscriptionItem& item, Period period);
InvoiceLine metered_line(const World& world, const SubscriptionItem& item, Period period);

/// An invoice of a subscription that nobody has seen yet.
Invoice draft_invoice(const World& world, const Subscription& subscription, std::string reason,
                      std::int64_t now);

/// Puts it into the world as a draft, the latest of its subscription, with the invoice items that
/// waited for it; tells nobody yet.
Invoice& add_draft(World& world, Invoice invoice);

/// The card that would be charged; null when there is none.
const PaymentMethod* charged_method(const World& world, const Text& default_payment_method,
                                    const std::string& customer);

/// Checks a `price` parameter of a subscription or checkout line: it must exist and be active.
const Price& usable_price(World& world, const std::string& id, const std::string& param);

}  // namespace sandbox
