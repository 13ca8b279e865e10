// SPDX-License-Identifier: Apache-2.0
// What the dashboard shows of money: GET /users/bill.
#include "api/bill.hpp"

#include <billing/api.hpp>

#include "api/call_limits.hpp"

#include <algorithm>

namespace billing {
namespace {

bool has_run_out(const Subscription& subscription, Second now) {
  return is_live(subscription) && std::ranges::any_of(subscription.items, [&](const auto& item) {
           return item.period_end <= now;
         });
}

/// Of a subscription that has ended, the last one: up to its end.
BilledPeriod period_of(const Subscription& subscription, const SubscriptionItem& item, Second now) {
  if (subscription.ended_at) return {.start = item.period_start, .end = subscription.ended_at};
  if (item.period_end <= now) return {.start = item.period_end};
  return {.start = item.period_start, .end = item.period_end};
}

std::optional<FinalBill> final_of(const FinalInvoice& row, const std::vector<Invoice>& invoices) {
  if (row.step != FinalStep::done) return FinalBill{};
  const auto made = std::ranges::find(invoices, row.invoice, &Invoice::id);
  if (made == invoices.end()) return std::nullopt;
  return FinalBill{.invoice = *made};
}

}  // namespace

Result<Begun> Api::get_bill(const HttpRequest& request) {
  const Result<User> user = signed_in(request);
  if (!user) return tl::unexpected(user.error());
  const Moment deadline = clock_.moment() + quick_read.budget;
  auto subscription = billed_subscription(user->customer, deadline);
  if (!subscription) return failure(std::move(subscription));
  Bill bill{.subscription = std::move(*subscription)};
  if (auto added = add_usage(bill, deadline); !added) return failure(std::move(added));
  // Before the invoices are read, so that one which is made by now is among them.
  Result<std::optional<FinalInvoice>> end = std::optional<FinalInvoice>();
  if (bill.subscription) end = final_invoices_.find(bill.subscription->id);
  if (!end) return failure(std::move(end));
  bill.fresh = add_stripes_word(user->customer, bill, deadline);
  if (!bill.fresh) {
    auto known = store_.invoices(user->customer);
    if (!known) return failure(std::move(known));
    bill.invoices = std::move(*known);
  }
  if (*end) bill.final = final_of(**end, bill.invoices);
  return bill_response(bill);
}

/// Stripe is asked only if the store knows of none, or of one whose period is over.
Result<std::optional<Subscription>> Api::billed_subscription(const CustomerId& customer,
                                                             Moment deadline) {
  auto subscriptions = store_.subscriptions(customer);
  if (!subscriptions) return failure(std::move(subscriptions));
  const Subscription* known = current(*subscriptions);
  const bool stale = known == nullptr || has_run_out(*known, to_second(truest_now()));
  if (const auto call = time_to_ask(deadline); stale && call) {
    if (auto read = refresh_.subscriptions(customer, *call)) subscriptions = std::move(read);
    known = current(*subscriptions);
  }
  return known == nullptr ? std::optional<Subscription>() : *known;
}

Result<void> Api::add_usage(Bill& bill, Moment deadline) {
  if (!bill.subscription || bill.subscription->items.empty()) return {};
  const Subscription& subscription = *bill.subscription;
  const std::shared_ptr<const Offerings> offerings = offered();
  const OfferedPrice* on_demand = offerings->find(PriceRole::on_demand);
  const SubscriptionItem* metered =
      on_demand == nullptr ? nullptr : metered_item(subscription, on_demand->product);
  bill.period = period_of(subscription, metered == nullptr ? subscription.items.front() : *metered,
                          to_second(truest_now()));
  for (const SubscriptionItem& item : subscription.items) {
    const Result<ItemUsage> used = ledger_.usage(item.id, bill.period->start);
    if (!used) return tl::unexpected(used.error());
    bill.pending += used->pending;
    if (&item != metered) continue;
    bill.usage =
        BilledUsage{.sessions = used->quantity, .amount = price_of_use(item.price, deadline)};
    if (bill.usage->amount) bill.usage->amount->minor *= used->quantity;
  }
  return {};
}

/// What was bought, which need not be what is for sale today.
std::optional<Money> Api::price_of_use(const PriceId& price, Moment deadline) {
  const std::shared_ptr<const Offerings> offerings = offered();
  if (const OfferedPrice* known = offerings->find(price)) return known->amount;
  const auto call = time_to_ask(deadline);
  if (!call) return std::nullopt;
  const auto read = health_.noted(stripe_.price(price, *call));
  if (!read || !read->unit_amount) return std::nullopt;
  return Money{.minor = *read->unit_amount, .currency = read->currency};
}

/// False if Stripe does not answer in time.
bool Api::add_stripes_word(const CustomerId& customer, Bill& bill, Moment deadline) {
  auto call = time_to_ask(deadline);
  if (!call) return false;
  const auto invoices = refresh_.invoices(customer, *call);
  if (!invoices) return false;
  bill.invoices.assign(invoices->begin(), invoices->end());
  if (!bill.subscription || !is_live(*bill.subscription)) return true;
  call = time_to_ask(deadline);
  if (!call) return false;
  const auto upcoming = health_.noted(stripe_.upcoming_invoice(bill.subscription->id, *call));
  if (upcoming) bill.upcoming = *upcoming;
  // One that ends with its period has none.
  return upcoming || upcoming.error().code == ErrorCode::not_found;
}

/// How to ask Stripe for what a page shows by the deadline; none where that is not worth a try.
std::optional<stripe::Call> Api::time_to_ask(Moment deadline) const {
  const Moment now = clock_.moment();
  if (now >= deadline || health_.failing()) return std::nullopt;
  stripe::Call call = quick_read;
  call.budget = deadline - now;
  return call;
}

}  // namespace billing
