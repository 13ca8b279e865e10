// SPDX-License-Identifier: Apache-2.0
#include "payments.hpp"

#include "events.hpp"
#include "resources.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

constexpr std::string_view needs_action =
    "This payment requires additional user action before it can be completed successfully. Payment "
    "can be completed using the PaymentIntent associated with the {0}. For more details see: "
    "https://stripe.com/docs/billing/subscriptions/overview#requires-action";

std::string described(const Invoice& invoice) {
  if (invoice.subscription.empty()) return "Payment for Invoice";
  return invoice.billing_reason == "subscription_create" ? "Subscription creation"
                                                         : "Subscription update";
}

Charge& add_charge(World& world, PaymentIntent& intent, const PaymentMethod& method,
                   std::int64_t now) {
  Charge& charge = world.charges.add({.id = world.ids.timed("ch_", now),
                                      .created = now,
                                      .test_clock = intent.test_clock,
                                      .amount = intent.amount,
                                      .currency = intent.currency,
                                      .customer = intent.customer,
                                      .invoice = intent.invoice,
                                      .payment_intent = intent.id,
                                      .payment_method = method.id,
                                      .description = intent.description,
                                      .details = intent.details});
  charge.details.erase("setup_future_usage");
  if (!charge.customer.empty()) {
    world.charges_by_customer.add(charge.customer, world.charges.size() - 1);
  }
  intent.latest_charge = charge.id;
  return charge;
}

void pay(World& world, PaymentIntent& intent, const PaymentMethod& method, std::int64_t now) {
  const Charge& charge = add_charge(world, intent, method, now);
  intent.payment_method = method.id;
  intent.failure.reset();
  intent.status = "succeeded";
  emit(world, now, "charge.succeeded", charge);
  emit(world, now, "payment_intent.succeeded", intent);
}

void decline(World& world, PaymentIntent& intent, const PaymentMethod& method, std::int64_t now) {
  Charge& charge = add_charge(world, intent, method, now);
  charge.failure = PaymentFailure{.code = std::string(method.card->code),
                                  .decline_code = std::string(method.card->decline_code),
                                  .message = std::string(method.card->message),
                                  .payment_method = method.id,
                                  .charge = charge.id};
  intent.payment_method.reset();
  intent.failure = charge.failure;
  intent.status = "requires_payment_method";
  emit(world, now, "charge.failed", charge);
  emit(world, now, "payment_intent.payment_failed", intent);
}

// An owner who is absent can't be asked: the bank says no for now, and the intent keeps the card.
void ask_owner(World& world, PaymentIntent& intent, const PaymentMethod& method, Owner owner,
               std::int64_t now) {
  intent.payment_method = method.id;
  intent.status = "requires_action";
  intent.failure.reset();
  if (owner == Owner::absent) {
    intent.failure = PaymentFailure{
        .code = "authentication_required",
        .decline_code = "authentication_required",
        .message = "Your card was declined. This transaction requires authentication.",
        .payment_method = method.id};
  }
  emit(world, now, "payment_intent.requires_action", intent);
}

PaymentIntent& enter(World& world, PaymentIntent made, std::int64_t now) {
  made.id = world.ids.timed("pi_", now);
  made.created = now;
  made.client_secret = world.ids.plain(made.id + "_secret_", 25);
  PaymentIntent& intent = world.payment_intents.add(std::move(made));
  if (!intent.customer.empty()) {
    world.payment_intents_by_customer.add(intent.customer, world.payment_intents.size() - 1);
  }
  return intent;
}

}  // namespace

Verdict verdict_on(const PaymentMethod* method, Owner owner) {
  if (method == nullptr) return Verdict::no_method;
  const bool asks = method->needs_authentication(owner == Owner::present);
  if (asks && owner != Owner::confirmed) return Verdict::needs_owner;
  return method->card->outcome == CardOutcome::succeeds ? Verdict::paid : Verdict::declined;
}

PaymentIntent& add_payment_intent(World& world, Invoice& invoice, std::int64_t now) {
  PaymentIntent& intent = enter(world,
                                {.test_clock = invoice.test_clock,
                                 .amount = invoice.due(),
                                 .currency = invoice.currency,
                                 .customer = invoice.customer,
                                 .invoice = invoice.id,
                                 .description = described(invoice)},
                                now);
  invoice.payment_intent = intent.id;
  world.invoice_payments.add({.id = world.ids.timed("inpay_", now),
                              .created = now,
                              .invoice = invoice.id,
                              .payment_intent = intent.id});
  world.invoice_payments_by_invoice.add(invoice.id, world.invoice_payments.size() - 1);
  emit(world, now, "payment_intent.created", intent);
  return intent;
}

const PaymentIntent& add_paid_intent(World& world, PaymentIntent made, const PaymentMethod& method,
                                     std::int64_t now) {
  PaymentIntent& intent = enter(world, std::move(made), now);
  emit(world, now, "payment_intent.created", intent);
  pay(world, intent, method, now);
  return intent;
}

Verdict charge(World& world, Invoice& invoice, const PaymentMethod* method, Owner owner,
               std::int64_t now) {
  PaymentIntent& intent = world.payment_intents.at(*invoice.payment_intent);
  const Verdict verdict = verdict_on(method, owner);
  switch (verdict) {
    case Verdict::paid: pay(world, intent, *method, now); break;
    case Verdict::declined: decline(world, intent, *method, now); break;
    case Verdict::needs_owner: ask_owner(world, intent, *method, owner, now); break;
    case Verdict::no_method: break;
  }
  invoice.charge = intent.latest_charge;
  return verdict;
}

void refuse_authentication(World& world, PaymentIntent& intent, std::int64_t now) {
  intent.failure = PaymentFailure{
      .code = "payment_intent_authentication_failure",
      .message =
          "The provided PaymentMethod has failed authentication. You can provide a new "
          "PaymentMethod to attempt to fulfill this PaymentIntent again.",
      .payment_method = intent.payment_method.value_or("")};
  intent.payment_method.reset();
  intent.status = "requires_payment_method";
  emit(world, now, "payment_intent.payment_failed", intent);
}

void cancel_payment(World& world, const Invoice& invoice, std::string reason, std::int64_t now) {
  if (!invoice.payment_intent) return;
  PaymentIntent& intent = world.payment_intents.at(*invoice.payment_intent);
  if (intent.status == "succeeded" || intent.status == "canceled") return;
  intent.status = "canceled";
  intent.canceled_at = now;
  intent.cancellation_reason = std::move(reason);
  emit(world, now, "payment_intent.canceled", intent);
}

void tell_invoice_payment(World& world, const Invoice& invoice, std::int64_t now) {
  const bool known =
      std::ranges::any_of(world.event_versions, [](Version version) { return version.basil(); });
  if (!known || !invoice.payment_intent) return;
  for (const std::size_t at : world.invoice_payments_by_invoice.of(invoice.id)) {
    emit(world, now, "invoice_payment.paid", world.invoice_payments[at]);
  }
}

Json payment_error_shown(const View& view, const PaymentFailure& failure) {
  Json error = envelope({.type = "card_error",
                         .code = failure.code,
                         .message = failure.message,
                         .decline_code = failure.decline_code})["error"];
  if (failure.charge) error["charge"] = *failure.charge;
  if (const auto* method = view.world.payment_methods.find(failure.payment_method)) {
    error["payment_method"] = shown(view, *method);
  }
  return error;
}

Refusal payment_refusal(const View& view, Verdict verdict, const PaymentMethod& method,
                        std::string_view kind) {
  Refusal refusal{.status = 402, .type = "card_error"};
  if (verdict == Verdict::needs_owner) {
    refusal.code = fmt::format("{}_payment_intent_requires_action", kind);
    refusal.message = fmt::format(needs_action, kind);
  } else {
    refusal.code = method.card->code;
    refusal.decline_code = method.card->decline_code;
    refusal.message = method.card->message;
  }
  refusal.details["payment_method"] = shown(view, method);
  return refusal;
}

Refusal payment_refusal(const View& view, Verdict verdict, const Invoice& invoice) {
  const PaymentIntent& intent = view.world.payment_intents.at(*invoice.payment_intent);
  const std::string& method =
      intent.payment_method ? *intent.payment_method : intent.failure->payment_method;
  Refusal refusal =
      payment_refusal(view, verdict, view.world.payment_methods.at(method), "invoice");
  if (verdict == Verdict::declined) refusal.details["charge"] = *intent.latest_charge;
  refusal.details["payment_intent"] = shown(view, intent);
  return refusal;
}

}  // namespace sandbox
