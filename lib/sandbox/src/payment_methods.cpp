// SPDX-License-Identifier: Apache-2.0
#include "customers.hpp"
#include "list.hpp"
#include "resources.hpp"

namespace sandbox {
namespace {

Json retrieve_payment_method(Call& call) {
  return shown(call.view(),
               in_path(call.world.payment_methods, "PaymentMethod", call.ids[0], "payment_method"));
}

Json list_of_customer(Call& call, const std::string& customer) {
  const auto keep = [&](const PaymentMethod& method) { return method.customer == customer; };
  return listed(call, "PaymentMethod", call.world.payment_methods,
                &call.world.payment_methods_by_customer.of(customer), keep,
                [&](const PaymentMethod& method) { return shown(call.view(), method); });
}

Json list_payment_methods(Call& call) {
  return list_of_customer(call, customer_param(call.world, *call.text("customer")).id);
}

Json list_below_customer(Call& call) {
  return list_of_customer(call, in_path(call.world.customers, "customer", call.ids[0]).id);
}

Json card_shown(const PaymentMethod& method) {
  const TestCard& card = *method.card;
  return {{"brand", card.brand},
          {"checks",
           {{"address_line1_check", nullptr},
            {"address_postal_code_check", method.postal_code_given ? Json("pass") : Json(nullptr)},
            {"cvc_check", "pass"}}},
          {"country", "US"},
          {"display_brand", card.brand},
          {"exp_month", method.exp_month},
          {"exp_year", method.exp_year},
          {"fingerprint", method.fingerprint},
          {"funding", card.funding},
          {"generated_from", nullptr},
          {"last4", card.last4()},
          {"networks", {{"available", Json::array({card.brand})}, {"preferred", nullptr}}},
          {"regulated_status", "unregulated"},
          {"three_d_secure_usage", {{"supported", true}}},
          {"wallet", nullptr}};
}

}  // namespace

Json shown(const View& view, const PaymentMethod& method) {
  Json body = {{"id", method.id},
               {"object", "payment_method"},
               {"allow_redisplay", "limited"},
               {"billing_details", method.billing_details},
               {"card", card_shown(method)},
               {"created", method.created},
               {"customer", nullable(method.customer)},
               {"livemode", false},
               {"metadata", method.metadata},
               {"type", "card"}};
  if (view.basil()) {
    body["billing_details"]["tax_id"] = nullptr;
    body["customer_account"] = nullptr;
  }
  return body;
}

Routes payment_method_routes() {
  const Field type = choice("type", {"card"});
  return {
      {"GET", "/v1/payment_methods/:id", operation({}), "payment_method", retrieve_payment_method},
      {"GET", "/v1/payment_methods", listing({text("customer").need(), type}),
       "list:payment_method", list_payment_methods},
      {"GET", "/v1/customers/:id/payment_methods", listing({type}), "list:payment_method",
       list_below_customer}};
}

}  // namespace sandbox
