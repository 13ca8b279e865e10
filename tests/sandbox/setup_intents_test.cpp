// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

const std::string intents_path = "/v1/setup_intents";

std::string path_of(const Json& intent) {
  return intents_path + "/" + std::string(intent["id"]);
}

Json made(Account& account, const Fields& fields) {
  const Answer answer = account.post(intents_path, fields);
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body;
}

}  // namespace

TEST_CASE("a setup intent keeps a card for a customer once it is confirmed") {
  Account account;
  const std::string customer = account.customer();
  const Json intent = made(account, {{"customer", customer}});
  CHECK(intent["status"] == "requires_payment_method");
  CHECK(std::string(intent["client_secret"]).starts_with(std::string(intent["id"]) + "_secret_"));
  CHECK(account.post(path_of(intent) + "/confirm").error()["code"] ==
        "setup_intent_unexpected_state");
  const Json done =
      account.post(path_of(intent) + "/confirm", {{"payment_method", "pm_card_visa"}}).body;
  CHECK(done["status"] == "succeeded");
  CHECK(account.get("/v1/payment_methods", {{"customer", customer}}).body["data"][0]["id"] ==
        done["payment_method"]);
  CHECK(account.post(path_of(intent) + "/cancel").status == 400);
  CHECK(account.get(intents_path, {{"customer", customer}}).body["data"].size() == 1);
}

TEST_CASE("a declined card stays written down on its setup intent") {
  Account account;
  const Json intent = made(account, {{"payment_method", "pm_card_visa_chargeDeclined"}});
  CHECK(intent["status"] == "requires_confirmation");
  const Answer declined = account.post(path_of(intent) + "/confirm");
  CHECK(declined.status == 402);
  CHECK(declined.error()["decline_code"] == "generic_decline");
  const Json after = account.get(path_of(intent)).body;
  CHECK(after["status"] == "requires_payment_method");
  CHECK(after["payment_method"].is_null());
  CHECK(after["last_setup_error"]["code"] == "card_declined");
  CHECK(account.post(path_of(intent) + "/cancel", {{"cancellation_reason", "abandoned"}})
            .body["status"] == "canceled");
}

TEST_CASE("a card that asks for 3-D Secure waits for its owner, then passes without") {
  Account account;
  const std::string customer = account.customer();
  const Fields fields = {{"customer", customer},
                         {"payment_method", "pm_card_authenticationRequiredOnSetup"},
                         {"confirm", "true"},
                         {"return_url", "https://example.com/back?a=1#there"}};
  const auto page_of = [](const Json& intent) {
    const std::string url = intent["next_action"]["redirect_to_url"]["url"];
    return url.substr(url.find("/c/"));
  };
  const Json failing = made(account, fields);
  CHECK(failing["status"] == "requires_action");
  CHECK(account.send("GET", page_of(failing)).status == 200);
  account.submit(page_of(failing), {{"authentication", "fail"}});
  const Json failed = account.get(path_of(failing)).body;
  CHECK(failed["status"] == "requires_payment_method");
  CHECK(failed["last_setup_error"]["code"] == "setup_intent_authentication_failure");

  const Json intent = made(account, fields);
  const Answer back = account.submit(page_of(intent), {{"authentication", "complete"}});
  CHECK(back.header("Location") ==
        "https://example.com/back?a=1&setup_intent=" + std::string(intent["id"]) +
            "&setup_intent_client_secret=" + std::string(intent["client_secret"]) +
            "&redirect_status=succeeded#there");
  const Json done = account.get(path_of(intent)).body;
  CHECK(done["status"] == "succeeded");
  CHECK(done["next_action"].is_null());
  account.post("/v1/customers/" + customer,
               {{"invoice_settings[default_payment_method]", done["payment_method"]}});
  CHECK(account
            .post("/v1/subscriptions",
                  {{"customer", customer},
                   {"items[0][price]", account.licensed_price(account.product())}})
            .body["status"] == "active");
  CHECK(account.send("GET", "/c/authenticate/seti_nobody_secret_x").status == 404);
}

TEST_CASE("a checkout that only keeps the card leaves a setup intent that succeeded") {
  Account account;
  const Json subscription = account.metered_subscription();
  const Json intents =
      account.get(intents_path, {{"customer", subscription["customer"]}}).body["data"];
  REQUIRE(intents.size() == 1);
  CHECK(intents[0]["status"] == "succeeded");
  CHECK(intents[0]["payment_method"] == subscription["default_payment_method"]);
}

}  // namespace sandbox_test
