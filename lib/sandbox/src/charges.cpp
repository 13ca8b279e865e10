// SPDX-License-Identifier: Apache-2.0
#include "invoices.hpp"
#include "list.hpp"
#include "resources.hpp"

namespace sandbox {
namespace {

Json retrieve_charge(Call& call) {
  return shown(call.view(), in_path(call.world.charges, "charge", call.ids[0]));
}

Json list_charges(Call& call) {
  World& world = call.world;
  const Text customer = call.text("customer");
  const Text intent = call.text("payment_intent");
  if (customer) in_param(world.customers, "customer", *customer, "customer");
  if (intent) in_param(world.payment_intents, "payment_intent", *intent, "payment_intent");
  const auto keep = [&](const Charge& charge) {
    return (!customer || charge.customer == *customer) &&
           (!intent || charge.payment_intent == *intent) &&
           in_range(call.params, "created", charge.created);
  };
  return listed(call, "charge", world.charges,
                customer ? &world.charges_by_customer.of(*customer) : nullptr, keep,
                [&](const Charge& charge) { return shown(call.view(), charge); });
}

// Its card as it was charged: less than the payment method shows, and what the network did.
Json card_details(const View& view, const Charge& charge, Json card) {
  const Json used = std::move(card);
  Json details = Json::object();
  for (const char* name : {"brand", "checks", "country", "exp_month", "exp_year", "fingerprint",
                           "funding", "last4", "regulated_status", "wallet"}) {
    details[name] = used[name];
  }
  const Json unavailable = {{"status", "unavailable"}};
  details["amount_authorized"] = charge.failure ? Json(nullptr) : Json(charge.amount);
  details["authorization_code"] = nullptr;
  details["extended_authorization"] = {{"status", "disabled"}};
  details["incremental_authorization"] = unavailable;
  details["installments"] = nullptr;
  details["mandate"] = nullptr;
  details["multicapture"] = unavailable;
  details["network"] = used["brand"];
  details["network_token"] = {{"used", false}};
  details["network_transaction_id"] = nullptr;
  details["overcapture"] = {{"maximum_amount_capturable", charge.amount},
                            {"status", "unavailable"}};
  details["three_d_secure"] = nullptr;
  if (view.basil()) details["transaction_link_id"] = nullptr;
  return {{"card", std::move(details)}, {"type", "card"}};
}

Json outcome_of(const Charge& charge) {
  Json outcome = {{"advice_code", nullptr},
                  {"network_advice_code", nullptr},
                  {"network_decline_code", nullptr},
                  {"network_status", "approved_by_network"},
                  {"reason", nullptr},
                  {"risk_level", "normal"},
                  {"seller_message", "Payment complete."},
                  {"type", "authorized"}};
  if (!charge.failure) return outcome;
  outcome["network_status"] = "declined_by_network";
  outcome["reason"] = charge.failure->decline_code;
  outcome["seller_message"] = "The bank did not return any further details with this decline.";
  outcome["type"] = "issuer_declined";
  return outcome;
}

void add_state(const View& view, const Charge& charge, Json& body) {
  const bool paid = !charge.failure;
  body["amount_captured"] = paid ? charge.amount : 0;
  body["captured"] = paid;
  body["failure_code"] = paid ? Json(nullptr) : Json(charge.failure->code);
  body["failure_message"] = paid ? Json(nullptr) : Json(charge.failure->message);
  body["outcome"] = outcome_of(charge);
  body["paid"] = paid;
  // The page of its invoice is the one paper that there is.
  const Invoice* invoice = view.world.invoices.find(charge.invoice);
  body["receipt_url"] =
      paid && invoice != nullptr ? hosted_invoice_url(view.world, *invoice) : nullptr;
  body["status"] = paid ? "succeeded" : "failed";
}

}  // namespace

Json shown(const View& view, const Charge& charge) {
  const Json method = shown(view, view.world.payment_methods.at(charge.payment_method));
  Json body = {
      {"id", charge.id},
      {"object", "charge"},
      {"amount", charge.amount},
      {"amount_refunded", 0},
      {"billing_details", method["billing_details"]},
      {"calculated_statement_descriptor", "SANDBOX"},
      {"created", charge.created},
      {"currency", charge.currency},
      {"customer", text_or_null(charge.customer)},
      {"description", text_or_null(charge.description)},
      {"disputed", false},
      {"fraud_details", Json::object()},
      {"livemode", false},
      {"metadata", Json::object()},
      {"payment_intent", charge.payment_intent},
      {"payment_method", charge.payment_method},
      {"payment_method_details", card_details(view, charge, method["card"])},
      {"refunded", false},
      {"refunds", list_object("/v1/charges/" + charge.id + "/refunds", Json::array(), false)}};
  add_state(view, charge, body);
  for (const char* name :
       {"application", "application_fee", "application_fee_amount", "balance_transaction",
        "failure_balance_transaction", "on_behalf_of", "receipt_email", "receipt_number", "review",
        "shipping", "source", "source_transfer", "statement_descriptor",
        "statement_descriptor_suffix", "transfer_data", "transfer_group"}) {
    body[name] = nullptr;
  }
  if (!view.basil()) body["invoice"] = text_or_null(charge.invoice);
  body.update(charge.details);
  return body;
}

Routes charge_routes() {
  return {{"GET", "/v1/charges/:id", operation({}), "charge", retrieve_charge},
          {"GET", "/v1/charges",
           listing(with_unemulated(
               {field(Kind::range, "created"), text("customer"), text("payment_intent")},
               {"transfer_group"})),
           "list:charge", list_charges}};
}

}  // namespace sandbox
