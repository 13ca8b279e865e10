// SPDX-License-Identifier: Apache-2.0
#include "invoices.hpp"
#include "list.hpp"
#include "resources.hpp"

namespace sandbox {
namespace {

Json retrieve_payment_intent(Call& call) {
  return shown(call.view(),
               in_path(call.world.payment_intents, "payment_intent", call.ids[0], "intent"));
}

Json list_payment_intents(Call& call) {
  World& world = call.world;
  const Text customer = call.text("customer");
  if (customer) in_param(world.customers, "customer", *customer, "customer");
  const auto keep = [&](const PaymentIntent& intent) {
    return (!customer || intent.customer == *customer) &&
           in_range(call.params, "created", intent.created);
  };
  return listed(call, "payment_intent", world.payment_intents,
                customer ? &world.payment_intents_by_customer.of(*customer) : nullptr, keep,
                [&](const PaymentIntent& intent) { return shown(call.view(), intent); });
}

// The hosted page of the invoice is where the card's owner can answer.
Json next_action(const View& view, const PaymentIntent& intent) {
  if (intent.status != "requires_action" || intent.invoice.empty()) return nullptr;
  const Invoice& invoice = view.world.invoices.at(intent.invoice);
  return {{"redirect_to_url",
           {{"return_url", nullptr}, {"url", hosted_invoice_url(view.world, invoice)}}},
          {"type", "redirect_to_url"}};
}

}  // namespace

Json shown(const View& view, const PaymentIntent& intent) {
  const bool paid = intent.status == "succeeded";
  Json body = {{"id", intent.id},
               {"object", "payment_intent"},
               {"amount", intent.amount},
               {"amount_capturable", 0},
               {"amount_details", {{"tip", Json::object()}}},
               {"amount_received", paid ? intent.amount : 0},
               {"canceled_at", nullable(intent.canceled_at)},
               {"cancellation_reason", nullable(intent.cancellation_reason)},
               {"capture_method", "automatic"},
               {"client_secret", intent.client_secret},
               {"confirmation_method", "automatic"},
               {"created", intent.created},
               {"currency", intent.currency},
               {"customer", text_or_null(intent.customer)},
               {"description", text_or_null(intent.description)},
               {"last_payment_error", nullptr},
               {"latest_charge", nullable(intent.latest_charge)},
               {"livemode", false},
               {"metadata", Json::object()},
               {"next_action", next_action(view, intent)},
               {"payment_method", nullable(intent.payment_method)},
               {"payment_method_options",
                {{"card",
                  {{"installments", nullptr},
                   {"mandate_options", nullptr},
                   {"network", nullptr},
                   {"request_three_d_secure", "automatic"}}}}},
               {"payment_method_types", {"card"}},
               {"setup_future_usage", nullptr},
               {"status", intent.status}};
  const Invoice* invoice = view.world.invoices.find(intent.invoice);
  if (invoice != nullptr && invoice->billing_reason == "subscription_create") {
    body["setup_future_usage"] = "off_session";
  }
  if (intent.failure) body["last_payment_error"] = payment_error_shown(view, *intent.failure);
  for (const char* name : {"application", "application_fee_amount", "automatic_payment_methods",
                           "on_behalf_of", "payment_method_configuration_details", "processing",
                           "receipt_email", "review", "shipping", "source", "statement_descriptor",
                           "statement_descriptor_suffix", "transfer_data", "transfer_group"}) {
    body[name] = nullptr;
  }
  if (view.basil()) {
    body["customer_account"] = nullptr;
    body["excluded_payment_method_types"] = nullptr;
    body["managed_payments"] = {{"enabled", false}};
  } else {
    body["invoice"] = text_or_null(intent.invoice);
  }
  body.update(intent.details);
  return body;
}

Routes payment_intent_routes() {
  return {{"GET", "/v1/payment_intents/:id", operation({text("client_secret")}), "payment_intent",
           retrieve_payment_intent},
          {"GET", "/v1/payment_intents", listing({field(Kind::range, "created"), text("customer")}),
           "list:payment_intent", list_payment_intents}};
}

}  // namespace sandbox
