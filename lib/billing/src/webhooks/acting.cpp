// SPDX-License-Identifier: Apache-2.0
// What follows from an event: the object that it names is read, and what that says is stored.
#include <billing/webhooks.hpp>

#include "webhooks/webhook_subject.hpp"

#include <algorithm>

namespace billing {
namespace {

constexpr stripe::Call hinted_read{.budget = std::chrono::milliseconds(5'000), .tries_max = 2};

}  // namespace

Result<void> Webhooks::act(const WebhookEvent& event) {
  const WebhookSubject subject = subject_of(event.type);
  // `invoice.upcoming` tells of an invoice that isn't there yet, and has no id.
  if (subject == WebhookSubject::nothing || event.object_id.empty()) return {};
  const Result<bool> ours = concerns_user(event.customer);
  if (!ours) return tl::unexpected(ours.error());
  if (!*ours) return {};
  const auto read = [&]() -> Result<void> {
    switch (subject) {
      case WebhookSubject::checkout_session:
        return read_session(CheckoutSessionId(event.object_id));
      case WebhookSubject::subscription: return read_subscription(SubscriptionId(event.object_id));
      case WebhookSubject::invoice: return read_invoice(InvoiceId(event.object_id));
      case WebhookSubject::customer: return read_customer(event.customer);
      case WebhookSubject::nothing: break;
    }
    return {};
  }();
  if (!read) return read;
  return pay_open_invoices(event.customer);
}

/// The account may have other customers. One who was deleted is no user any more, but may have been
/// subscribed.
Result<bool> Webhooks::concerns_user(const CustomerId& customer) {
  const auto user = store_.user(customer);
  if (!user) return tl::unexpected(user.error());
  if (*user) return true;
  const auto subscriptions = store_.subscriptions(customer);
  if (!subscriptions) return tl::unexpected(subscriptions.error());
  return !subscriptions->empty();
}

Result<void> Webhooks::read_session(const CheckoutSessionId& id) {
  const auto session = health_.noted(stripe_.checkout_session(id, hinted_read));
  if (!session || !session->subscription) return unless_gone(session);
  return read_subscription(*session->subscription);
}

Result<void> Webhooks::read_subscription(const SubscriptionId& id) {
  return unless_gone(refresh_.subscription(id, hinted_read));
}

Result<void> Webhooks::read_invoice(const InvoiceId& id) {
  const auto invoice = refresh_.invoice(id, hinted_read);
  if (!invoice || invoice->subscription.empty()) return unless_gone(invoice);
  if (auto compared = compare_usage(*invoice); !compared) return compared;
  return read_subscription(invoice->subscription);
}

Result<void> Webhooks::read_customer(const CustomerId& id) {
  const auto customer = refresh_.customer(id, hinted_read);
  if (!customer) return unless_gone(customer);
  if (!customer->deleted) return unless_gone(refresh_.subscriptions(id, hinted_read));
  // Stripe has ended them, and lists nothing of a deleted customer.
  const auto known = store_.subscriptions(id);
  if (!known) return tl::unexpected(known.error());
  for (const Subscription& each : *known) {
    if (auto read = read_subscription(each.id); !read) return read;
  }
  return {};
}

}  // namespace billing
