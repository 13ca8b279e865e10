// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

Answer by_number(Account& account, const std::string& number, const std::string& year = "2034") {
  return account.post("/v1/payment_methods", {{"type", "card"},
                                              {"card[number]", number},
                                              {"card[exp_month]", "12"},
                                              {"card[exp_year]", year},
                                              {"card[cvc]", "123"}});
}

Answer by_token(Account& account, const std::string& token) {
  return account.post("/v1/payment_methods", {{"type", "card"}, {"card[token]", token}});
}

Answer attach(Account& account, const std::string& method, const std::string& customer) {
  return account.post("/v1/payment_methods/" + method + "/attach", {{"customer", customer}});
}

std::string paths(const Json& method) {
  return "/v1/payment_methods/" + std::string(method["id"]);
}

}  // namespace

TEST_CASE("a payment method is made by test number, by token and by Stripe's test names") {
  Account account;
  const std::string customer = account.customer();
  const Json number = by_number(account, "4242 4242 4242 4242").body;
  CHECK(number["card"]["last4"] == "4242");
  CHECK(number["card"]["exp_year"] == 2034);
  CHECK(number["customer"].is_null());
  CHECK(number["billing_details"]["address"]["city"].is_null());
  const Json token = by_token(account, "tok_mastercard").body;
  CHECK(token["card"]["brand"] == "mastercard");
  CHECK(token["allow_redisplay"] == "unspecified");
  const Json named = attach(account, "pm_card_visa", customer).body;
  CHECK(std::string(named["id"]).starts_with("pm_1"));
  CHECK(named["customer"] == customer);
  // The same card has one fingerprint, whichever way it came.
  CHECK(named["card"]["fingerprint"] == number["card"]["fingerprint"]);
  CHECK(named["card"]["fingerprint"] != token["card"]["fingerprint"]);
  const Json again = attach(account, "pm_card_visa", customer).body;
  CHECK(again["id"] != named["id"]);
  CHECK(account.get("/v1/payment_methods", {{"customer", customer}}).body["data"].size() == 2);
  CHECK(account.get("/v1/customers/" + customer + "/payment_methods/" + std::string(named["id"]))
            .body["id"] == named["id"]);
}

TEST_CASE("a card that can't be one is refused as a bank does it") {
  Account account;
  const auto check = [](const Answer& answer, const std::string& code, const std::string& param) {
    CAPTURE(answer.text);
    CHECK(answer.status == 402);
    CHECK(answer.error()["type"] == "card_error");
    CHECK(answer.error()["code"] == code);
    CHECK(answer.error().value("param", "") == param);
  };
  check(by_number(account, "4242424242424241"), "incorrect_number", "number");
  check(by_number(account, "4242424242424242", "2001"), "invalid_expiry_year", "exp_year");
  check(by_number(account, "4012888888881881"), "card_declined", "");
  CHECK(by_number(account, "4012888888881881").error()["decline_code"] == "test_mode_live_card");
  const Answer unknown = by_token(account, "tok_nobody");
  CHECK(unknown.status == 400);
  CHECK(unknown.error()["message"] == "No such token: 'tok_nobody'");
  CHECK(account.post("/v1/payment_methods", {{"type", "card"}}).error()["code"] ==
        "parameter_missing");
}

TEST_CASE("attaching asks the bank: what declines is refused, what declines later is not") {
  Account account;
  const std::string customer = account.customer();
  const std::vector<std::array<std::string, 3>> declined = {
      {"tok_visa_chargeDeclined", "card_declined", "generic_decline"},
      {"tok_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"},
      {"tok_chargeDeclinedExpiredCard", "expired_card", "expired_card"}};
  for (const auto& [token, code, decline] : declined) {
    CAPTURE(token);
    const Answer answer = attach(account, by_token(account, token).body["id"], customer);
    CHECK(answer.status == 402);
    CHECK(answer.error()["code"] == code);
    CHECK(answer.error()["decline_code"] == decline);
  }
  CHECK(attach(account, "pm_card_chargeCustomerFail", customer).status == 200);
  CHECK(attach(account, "pm_card_authenticationRequiredOnSetup", customer).status == 200);
  CHECK(account.get("/v1/payment_methods", {{"customer", customer}}).body["data"].size() == 2);
}

TEST_CASE("a payment method belongs to one customer, and to none again once detached") {
  Account account;
  const std::string customer = account.customer();
  const Json method = by_token(account, "tok_visa").body;
  const std::string path = paths(method);
  const auto words = [](const Answer& answer) {
    CHECK(answer.status == 400);
    return answer.error()["message"].get<std::string>();
  };
  CHECK(words(account.post(path + "/attach")) == "Must provide customer or customer_account.");
  CHECK(words(account.post(path + "/detach")) ==
        "The payment method you provided is not attached to a customer so detachment is "
        "impossible.");
  CHECK(words(account.post(path, {{"metadata[a]", "b"}})) ==
        "You must save this PaymentMethod to a customer before you can update it.");
  CHECK(attach(account, method["id"], customer).status == 200);
  CHECK(attach(account, method["id"], customer).status == 200);
  CHECK(words(attach(account, method["id"], account.customer("bob@example.com"))) ==
        "The payment method you provided has already been attached to a customer.");

  account.post("/v1/customers/" + customer,
               {{"invoice_settings[default_payment_method]", method["id"]}});
  const Answer detached = account.post(path + "/detach");
  CHECK(detached.body["customer"].is_null());
  CHECK(account.get("/v1/customers/" + customer)
            .body["invoice_settings"]["default_payment_method"]
            .is_null());
  CHECK(account.get("/v1/payment_methods", {{"customer", customer}}).body["data"].empty());
  CHECK(words(attach(account, method["id"], customer)) ==
        "This PaymentMethod was previously used without being attached to a Customer or was "
        "detached from a Customer, and may not be used again.");
}

TEST_CASE("billing details and metadata of a payment method merge") {
  Account account;
  const Json method = attach(account, "pm_card_visa", account.customer()).body;
  account.post(paths(method), {{"billing_details[name]", "Ada"},
                               {"billing_details[address][city]", "London"},
                               {"metadata[a]", "1"}});
  const Json changed = account
                           .post(paths(method), {{"billing_details[email]", "ada@example.com"},
                                                 {"billing_details[address][country]", "GB"},
                                                 {"billing_details[name]", ""},
                                                 {"card[exp_month]", "7"},
                                                 {"metadata[b]", "2"}})
                           .body;
  CHECK(changed["billing_details"]["name"].is_null());
  CHECK(changed["billing_details"]["email"] == "ada@example.com");
  CHECK(changed["billing_details"]["address"]["city"] == "London");
  CHECK(changed["billing_details"]["address"]["country"] == "GB");
  CHECK(changed["card"]["exp_month"] == 7);
  CHECK(changed["metadata"] == Json{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("a customer can come with a card, and with a source from older days") {
  Account account;
  const Json customer =
      account
          .post("/v1/customers", {{"payment_method", "pm_card_visa"},
                                  {"invoice_settings[default_payment_method]", "pm_card_visa"},
                                  {"expand[]", "invoice_settings.default_payment_method"}})
          .body;
  CHECK(customer["invoice_settings"]["default_payment_method"]["customer"] == customer["id"]);
  const Answer subscribed = account.post(
      "/v1/subscriptions", {{"customer", customer["id"]},
                            {"items[0][price]", account.licensed_price(account.product())}});
  CHECK(subscribed.body["status"] == "active");

  const Json older =
      account.post("/v1/customers", {{"source", "tok_visa"}, {"expand[]", "default_source"}}).body;
  CHECK(older["default_source"]["object"] == "card");
  CHECK(older["default_source"]["brand"] == "Visa");
  CHECK(older["default_source"]["customer"] == older["id"]);
  CHECK(account
            .post("/v1/subscriptions",
                  {{"customer", older["id"]},
                   {"items[0][price]", account.licensed_price(account.product())}})
            .body["status"] == "active");

  const std::size_t before = account.get("/v1/customers").body["data"].size();
  CHECK(account.post("/v1/customers", {{"source", "tok_chargeDeclined"}}).status == 402);
  CHECK(account.post("/v1/customers", {{"payment_method", "pm_card_visa_chargeDeclined"}}).status ==
        402);
  CHECK(account.post("/v1/customers", {{"payment_method", "pm_nobody"}}).error()["param"] ==
        "payment_method");
  CHECK(account.get("/v1/customers").body["data"].size() == before);
}

}  // namespace sandbox_test
