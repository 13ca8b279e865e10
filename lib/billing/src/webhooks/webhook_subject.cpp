// SPDX-License-Identifier: Apache-2.0
#include "webhooks/webhook_subject.hpp"

#include <billing/webhooks.hpp>

namespace billing {

WebhookSubject subject_of(std::string_view type) {
  if (type == "checkout.session.completed") return WebhookSubject::checkout_session;
  if (type.starts_with("customer.subscription.")) return WebhookSubject::subscription;
  if (type.starts_with("invoice.")) return WebhookSubject::invoice;
  if (type == "customer.updated" || type == "customer.deleted") return WebhookSubject::customer;
  return WebhookSubject::nothing;
}

bool same_subject(const WebhookEvent& one, const WebhookEvent& other) {
  const WebhookSubject subject = subject_of(one.type);
  return subject != WebhookSubject::nothing && subject == subject_of(other.type) &&
         one.object_id == other.object_id;
}

// Of those that come in pairs (`invoice.paid` and `invoice.payment_succeeded`) one: a list takes 20
// types, and no patterns.
const std::vector<std::string>& webhook_types() {
  static const std::vector<std::string> types = {
      "checkout.session.completed",
      "customer.deleted",
      "customer.subscription.created",
      "customer.subscription.deleted",
      "customer.subscription.paused",
      "customer.subscription.resumed",
      "customer.subscription.updated",
      "customer.updated",
      "invoice.created",
      "invoice.deleted",
      "invoice.finalized",
      "invoice.marked_uncollectible",
      "invoice.paid",
      "invoice.payment_action_required",
      "invoice.payment_failed",
      "invoice.updated",
      "invoice.voided",
  };
  return types;
}

}  // namespace billing
