// SPDX-License-Identifier: Apache-2.0
// A card that was declined and has been replaced: what is open is paid with the new one at once.
// Stripe itself would wait for days until its next try.
#include <billing/webhooks.hpp>

#include "webhooks/webhook_subject.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace billing {
namespace {

constexpr stripe::Call look_at_debts{.budget = std::chrono::milliseconds(5'000), .tries_max = 2};

bool is_open_invoice(const Invoice& invoice) {
  return invoice.status == "open";
}

bool is_behind(const Subscription& subscription) {
  return subscription.status == "past_due" || subscription.status == "unpaid";
}

/// Stripe has decided: declined, or paid by somebody else meanwhile. To ask again changes nothing.
bool is_settled(const Error& error) {
  return error.stripe && error.code == ErrorCode::invalid;
}

/// Stripe failed, and would say so for a day under the same key. Another one is safe: no invoice is
/// paid twice.
bool is_kept_failure(const Error& error) {
  return error.stripe && error.stripe->replayed && !is_settled(error);
}

}  // namespace

/// As far as the store knows, which costs no call.
Result<bool> Webhooks::owes(const CustomerId& customer) {
  const auto invoices = store_.invoices(customer);
  if (!invoices) return tl::unexpected(invoices.error());
  if (std::ranges::any_of(*invoices, is_open_invoice)) return true;
  const auto subscriptions = store_.subscriptions(customer);
  if (!subscriptions) return tl::unexpected(subscriptions.error());
  return std::ranges::any_of(*subscriptions, is_behind);
}

Result<void> Webhooks::pay_open_invoices(const CustomerId& customer) {
  const Result<bool> owing = owes(customer);
  if (!owing) return tl::unexpected(owing.error());
  if (!*owing) return {};
  const auto owner = refresh_.customer(customer, look_at_debts);
  if (!owner || owner->deleted) return unless_gone(owner);
  const auto invoices = refresh_.invoices(customer, look_at_debts);
  if (!invoices) return tl::unexpected(invoices.error());
  for (const stripe::Invoice& each : std::views::reverse(*invoices)) {
    if (!is_open_invoice(each) || !each.attempted) continue;
    if (auto paid = pay_if_card_changed(each, owner->default_payment_method); !paid) return paid;
  }
  return {};
}

/// No loop, though each attempt makes new events: one that fails makes its card the one that
/// failed, and a card's key lets it be tried once.
Result<void> Webhooks::pay_if_card_changed(const stripe::Invoice& invoice,
                                           const PaymentMethodId& customers_card) {
  PaymentMethodId card = customers_card;
  if (!invoice.subscription.empty()) {
    const auto subscription = refresh_.subscription(invoice.subscription, look_at_debts);
    if (!subscription) return unless_gone(subscription);
    // With its end Stripe stopped collecting, and who ended it may have meant that.
    if (subscription->ended_at && !invoice.auto_advance) return {};
    if (!subscription->default_payment_method.empty()) {
      card = subscription->default_payment_method;
    }
  }
  if (card.empty() || card == invoice.failed_payment_method) return {};
  const IdempotencyKey key(fmt::format("pay/{}/{}", invoice.id.text(), card.text()));
  auto paid = health_.noted(stripe_.pay_invoice(invoice.id, card, key));
  if (!paid && is_kept_failure(paid.error())) {
    paid = health_.noted(stripe_.pay_invoice(invoice.id, card, stripe_.fresh_key()));
  }
  if (!paid && !is_settled(paid.error())) return tl::unexpected(paid.error());
  observer_.observe({.what = paid ? "invoice_paid" : "invoice_not_paid",
                     .facts = {{"invoice", invoice.id.text()},
                               {"payment_method", card.text()},
                               {"error", paid ? "" : paid.error().message}}});
  return read_invoice(invoice.id);
}

}  // namespace billing
