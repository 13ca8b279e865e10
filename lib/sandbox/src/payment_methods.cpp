// SPDX-License-Identifier: Apache-2.0
#include "payment_methods.hpp"

#include "calendar.hpp"
#include "card_form.hpp"
#include "customers.hpp"
#include "events.hpp"
#include "list.hpp"
#include "timeline.hpp"

namespace sandbox {
namespace {

Json retrieve_payment_method(Call& call) {
  const PaymentMethod* method = named_payment_method(call.world, call.ids[0], call.now);
  if (method == nullptr) throw no_such("PaymentMethod", call.ids[0], "payment_method");
  return shown(call.view(), *method);
}

Json full_billing_details(const Json& given, Json before) {
  for (const char* name : {"email", "name", "phone"}) {
    if (given.contains(name)) before[name] = given[name];
  }
  if (!given.contains("address")) return before;
  const Json& address = given["address"];
  for (const char* name : {"city", "country", "line1", "line2", "postal_code", "state"}) {
    if (address.is_null()) {
      before["address"][name] = nullptr;
    } else if (address.contains(name)) {
      before["address"][name] = address[name];
    }
  }
  return before;
}

Refusal bad_card(std::string message, std::string_view code, std::string_view param) {
  return {.status = 402,
          .type = "card_error",
          .code = std::string(code),
          .message = std::move(message),
          .param = std::string(param)};
}

void check_expiry(std::int64_t month, std::int64_t year, std::int64_t now) {
  if (month < 1 || month > 12) {
    throw bad_card("Your card's expiration month is invalid.", "invalid_expiry_month", "exp_month");
  }
  const YearMonth today = year_month(now);
  if (year < today.year || year > today.year + expiry_years_max ||
      (year == today.year && month < today.month)) {
    throw bad_card("Your card's expiration year is invalid.", "invalid_expiry_year", "exp_year");
  }
}

std::int64_t full_year(std::int64_t year) {
  return year >= 0 && year < 100 ? year + 2000 : year;
}

PaymentMethod method_of_number(const Json& card, std::int64_t now) {
  for (const char* name : {"exp_month", "exp_year"}) {
    if (card.contains(name)) continue;
    throw Refusal{.code = "parameter_missing",
                  .message = std::string("Missing required param: card[") + name + "].",
                  .param = std::string("card[") + name + "]",
                  .executed = false};
  }
  const std::string number = digits_of(card["number"].get<std::string>());
  if (!card_number_error(number).empty()) {
    throw bad_card("Your card number is incorrect.", "incorrect_number", "number");
  }
  const TestCard* known = test_card(number);
  if (known == nullptr) {
    Refusal refusal = bad_card(std::string(not_a_test_card), "card_declined", "");
    refusal.decline_code = "test_mode_live_card";
    throw refusal;
  }
  const std::int64_t month = card["exp_month"];
  const std::int64_t year = full_year(card["exp_year"]);
  check_expiry(month, year, now);
  if (card.contains("cvc") &&
      digits_of(card["cvc"].get<std::string>()).size() != cvc_length(number)) {
    throw bad_card("Your card's security code is invalid.", "invalid_cvc", "cvc");
  }
  PaymentMethod method = method_of(*known, now);
  method.exp_month = month;
  method.exp_year = year;
  return method;
}

PaymentMethod method_from(const Call& call) {
  const Json card = call.params.value("card", Json::object());
  if (card.contains("token") == card.contains("number")) {
    if (card.contains("token")) throw exclusive("card[number]", "card[token]");
    throw Refusal{.code = "parameter_missing",
                  .message = "Missing required param: card.",
                  .param = "card",
                  .executed = false};
  }
  if (card.contains("number")) return method_of_number(card, call.now);
  const auto token = card["token"].get<std::string>();
  const TestCard* known = card_of_token(token);
  if (known == nullptr) throw no_such_named("token", token, "card[token]");
  return method_of(*known, call.now);
}

void assign_details(const Json& params, PaymentMethod& method) {
  if (params.contains("billing_details")) {
    method.billing_details =
        full_billing_details(params["billing_details"], std::move(method.billing_details));
    method.postal_code_given = !method.billing_details["address"]["postal_code"].is_null();
  }
  assign(params, "allow_redisplay", method.allow_redisplay);
  assign_metadata(params, method.metadata);
}

Json create_payment_method(Call& call) {
  PaymentMethod method = method_from(call);
  assign_details(call.params, method);
  return shown(call.view(), add_payment_method(call.world, std::move(method), call.now));
}

Json update_payment_method(Call& call) {
  PaymentMethod& method =
      in_path(call.world.payment_methods, "PaymentMethod", call.ids[0], "payment_method");
  if (!method.customer) {
    throw Refusal{.message =
                      "You must save this PaymentMethod to a customer before you can update it."};
  }
  const std::int64_t now = time_of_customer(call.world, method.customer);
  const Pictures before = pictured(call.world, method);
  if (const auto card = call.params.find("card"); card != call.params.end()) {
    const std::int64_t month = card->value("exp_month", method.exp_month);
    const std::int64_t year = full_year(card->value("exp_year", method.exp_year));
    check_expiry(month, year, now);
    method.exp_month = month;
    method.exp_year = year;
  }
  assign_details(call.params, method);
  emit_change(call.world, now, "payment_method.updated", before, method);
  return shown(call.view(), method);
}

Json attach_payment_method(Call& call) {
  if (!call.given("customer")) {
    throw Refusal{.code = "parameter_missing",
                  .message = "Must provide customer or customer_account.",
                  .executed = false};
  }
  const Customer& customer = customer_param(call.world, *call.text("customer"));
  PaymentMethod* method =
      named_payment_method(call.world, call.ids[0], time_of(call.world, customer));
  if (method == nullptr) throw no_such("PaymentMethod", call.ids[0], "payment_method");
  check_attachable(*method, customer.id);
  if (!method->customer) attach(call.world, *method, customer.id);
  return shown(call.view(), *method);
}

Json detach_payment_method(Call& call) {
  PaymentMethod& method =
      in_path(call.world.payment_methods, "PaymentMethod", call.ids[0], "payment_method");
  if (!method.customer) {
    throw Refusal{.message =
                      "The payment method you provided is not attached to a customer so "
                      "detachment is impossible."};
  }
  detach(call.world, method);
  return shown(call.view(), method);
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

Json retrieve_below_customer(Call& call) {
  const std::string customer = in_path(call.world.customers, "customer", call.ids[0]).id;
  const PaymentMethod* method = call.world.payment_methods.find(call.ids[1]);
  if (method == nullptr || method->customer != customer) {
    throw no_such("PaymentMethod", call.ids[1], "payment_method");
  }
  return shown(call.view(), *method);
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

Field billing_details() {
  const Schema address = {text("city").unset(),        text("country").unset(),
                          text("line1").unset(),       text("line2").unset(),
                          text("postal_code").unset(), text("state").unset()};
  return object("billing_details", with_unemulated({object("address", address).unset(),
                                                    field(Kind::email, "email").unset(),
                                                    text("name").unset(), text("phone").unset()},
                                                   {"tax_id"}));
}

Schema create_schema() {
  Schema card = with_unemulated({text("number"), field(Kind::integer, "exp_month"),
                                 field(Kind::integer, "exp_year"), text("cvc"), text("token")},
                                {"networks"});
  return operation(with_unemulated(
      {choice("type", {"card"}).need(), object("card", std::move(card)), billing_details(),
       metadata(), choice("allow_redisplay", {"always", "limited", "unspecified"})},
      {"customer", "payment_method", "radar_options"}));
}

Schema update_schema() {
  Schema card = with_unemulated(
      {field(Kind::integer, "exp_month"), field(Kind::integer, "exp_year")}, {"networks"});
  return operation({object("card", std::move(card)), billing_details(), metadata(),
                    choice("allow_redisplay", {"always", "limited", "unspecified"})});
}

}  // namespace

Json shown(const View& view, const PaymentMethod& method) {
  Json body = {{"id", method.id},
               {"object", "payment_method"},
               {"allow_redisplay", method.allow_redisplay},
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
  const std::string one = "/v1/payment_methods/:id";
  return {{"POST", "/v1/payment_methods", create_schema(), "payment_method", create_payment_method},
          {"GET", one, operation({}), "payment_method", retrieve_payment_method},
          {"POST", one, update_schema(), "payment_method", update_payment_method},
          {"POST", one + "/attach", operation({text("customer")}), "payment_method",
           attach_payment_method},
          {"POST", one + "/detach", operation({}), "payment_method", detach_payment_method},
          {"GET", "/v1/payment_methods", listing({text("customer").need(), type}),
           "list:payment_method", list_payment_methods},
          {"GET", "/v1/customers/:id/payment_methods", listing({type}), "list:payment_method",
           list_below_customer},
          {"GET", "/v1/customers/:id/payment_methods/:id", operation({}), "payment_method",
           retrieve_below_customer}};
}

}  // namespace sandbox
