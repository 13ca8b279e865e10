// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "call.hpp"
#include "events.hpp"
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
  /// When the first whole period begins, if not now. What is licensed costs nothing until then.
  std::optional<std::int64_t> anchor{};
  std::optional<std::int64_t> cancel_at{};
  bool cancel_at_period_end = false;
  PaymentSettings payment_settings{};
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

/// The moment at which it is to be canceled, within a period, with an invoice of what was used.
void reach_cancellation(World& world, const std::string& subscription);

/// Another moment at which it ends, or none; asked for now.
void cancel_at(World& world, Subscription& subscription, std::optional<std::int64_t> when,
               std::int64_t now);

/// An invoice of the usage that was not invoiced, if there is any, for one that has just ended.
void bill_rest(World& world, Subscription& subscription, std::int64_t now);

/// Ends the period it is in, and begins to count anew from now, with a trial where there is one;
/// what that costs is invoiced and charged at once. `before` it was changed at all.
void begin_anew(World& world, Subscription& subscription, std::int64_t now,
                std::optional<std::int64_t> trial_end, std::string reason, const Pictures& before);

/// Ends its trial now, as its customer wants it where there is no card.
void end_trial(World& world, Subscription& subscription, std::int64_t now, const Pictures& before);

/// Lets it be told of the end of its trial, in time.
void expect_trial_end(World& world, const Subscription& subscription, std::int64_t now);

constexpr std::int64_t trial_notice_seconds = 3 * 86'400;

/// Three days before a trial ends, or at once where it is shorter.
void announce_trial_end(World& world, const std::string& subscription);

/// What its periods are counted in.
const Recurring& interval_of(const World& world, const Subscription& subscription);

/// The period of a subscription that ends `cycle` intervals after its anchor.
std::int64_t period_end(const World& world, const Subscription& subscription, std::int64_t cycle);
std::int64_t period_end(const Recurring& recurring, const Subscription& subscription,
                        std::int64_t cycle);

/// Sets its anchor and its first period, which is its trial where that ends later than now.
void begin_cycle(const Recurring& recurring, Subscription& subscription,
                 std::optional<std::int64_t> trial_end, std::int64_t now);

/// A line that says that a licensed item costs nothing in its trial.
InvoiceLine trial_line(const World& world, const SubscriptionItem& item, Period trial);

/// Usage of an item in a period, by its price's aggregation. Sums are held at 64 bits.
std::int64_t usage_in(const World& world, const SubscriptionItem& item, Period period);

/// A line for what a licensed item costs in a period, and for what a metered one has used.
InvoiceLine licensed_line(const World& world, const SubscriptionItem& item, Period period);
InvoiceLine metered_line(const World& world, const SubscriptionItem& item, Period period);

/// An invoice of a customer, and one of a subscription, that nobody has seen yet.
Invoice invoice_of(const Customer& customer, std::int64_t now);
Invoice draft_invoice(const World& world, const Subscription& subscription, std::string reason,
                      std::int64_t now);

/// Puts it into the world as a draft, the latest of its subscription, with the invoice items that
/// waited for it; tells nobody yet.
Invoice& add_draft(World& world, Invoice invoice);

/// The card that would be charged; null when there is none.
const PaymentMethod* charged_method(const World& world, const Text& default_payment_method,
                                    const std::string& customer);

/// Three years at most, in each interval.
void check_interval_count(const Recurring& recurring);

/// Checks a `price` parameter of a subscription or checkout line: it must exist and be active.
const Price& usable_price(World& world, const std::string& id, const std::string& param);

}  // namespace sandbox
