// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

const std::string always_asks = "4000002760003184";

std::string customer_with(Account& account, const std::string& token) {
  const std::string customer = account.customer("<script>@example.com");
  const std::string method =
      account.post("/v1/payment_methods/" + token + "/attach", {{"customer", customer}}).body["id"];
  account.post("/v1/customers/" + customer, {{"invoice_settings[default_payment_method]", method}});
  return customer;
}

/// A subscription with its first invoice, open or not.
Json subscribed(Account& account, const std::string& customer, const Fields& extra = {}) {
  Fields fields = {{"customer", customer},
                   {"items[0][price]", account.licensed_price(account.product("<b>Tea</b>"))},
                   {"expand[]", "latest_invoice.payment_intent"}};
  fields.insert(fields.end(), extra.begin(), extra.end());
  const Answer answer = account.post("/v1/subscriptions", fields);
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body;
}

std::string page_of(const Json& invoice) {
  const std::string url = invoice["hosted_invoice_url"];
  return url.substr(url.find("/i/"));
}

Fields card(const std::string& number) {
  return {{"cardNumber", number}, {"cardExpiry", "12 / 34"}, {"cardCvc", "123"}};
}

std::string status(Account& account, const Json& subscription) {
  return account.get("/v1/subscriptions/" + std::string(subscription["id"])).body["status"];
}

bool says(const Answer& answer, const std::string& text) {
  return answer.text.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("an open invoice is paid with a card on its page") {
  Account account;
  const Json subscription =
      subscribed(account, customer_with(account, "pm_card_chargeCustomerFail"));
  CHECK(subscription["status"] == "incomplete");
  const std::string at = page_of(subscription["latest_invoice"]);
  const Answer page = account.send("GET", at);
  CHECK(page.status == 200);
  CHECK(says(page, "$20.00"));
  CHECK(says(page, "data-status=\"open\""));
  CHECK(says(page, "&lt;b&gt;Tea"));
  CHECK_FALSE(says(page, "<b>Tea"));
  CHECK_FALSE(says(page, "<script>@"));
  CHECK(account.submit(at, card("4242")).status == 400);
  const Answer declined = account.submit(at, card("4000000000009995"));
  CHECK(declined.status == 402);
  CHECK(says(declined, "Your card has insufficient funds."));
  CHECK(status(account, subscription) == "incomplete");
  CHECK(account.submit(at, card("4242424242424242")).status == 303);
  CHECK(status(account, subscription) == "active");
  CHECK(says(account.send("GET", at), "data-status=\"paid\""));
  CHECK(account.submit(at, card("4242424242424242")).status == 410);
  CHECK(account.send("GET", at + "/pdf").status == 404);
  CHECK(account.send("GET", at + "x").status == 404);
}

TEST_CASE("a card whose owner must confirm leaves the subscription incomplete until that is done") {
  Account account;
  const std::string customer = customer_with(account, "pm_card_authenticationRequired");
  const Json subscription = subscribed(account, customer);
  CHECK(subscription["status"] == "incomplete");
  const Json& invoice = subscription["latest_invoice"];
  CHECK(invoice["attempted"] == true);
  CHECK(invoice["attempt_count"] == 0);
  CHECK(invoice["payment_intent"]["status"] == "requires_action");
  CHECK(invoice["payment_intent"]["next_action"]["redirect_to_url"]["url"] ==
        invoice["hosted_invoice_url"]);
  CHECK(account.get("/v1/events", {{"type", "invoice.payment_action_required"}})
            .body["data"]
            .size() == 1);
  const Answer refused = account.post("/v1/invoices/" + std::string(invoice["id"]) + "/pay");
  CHECK(refused.status == 402);
  CHECK(refused.error()["code"] == "invoice_payment_intent_requires_action");
  const std::string at = page_of(invoice);
  CHECK(says(account.send("GET", at), "test-source-authorize-3ds"));
  CHECK(account.submit(at, {{"authentication", "fail"}}).status == 402);
  CHECK(status(account, subscription) == "incomplete");
  // Another try, with a card that was typed.
  CHECK(account.submit(at, card(always_asks)).status == 303);
  CHECK(account.submit(at, {{"authentication", "complete"}}).status == 303);
  CHECK(status(account, subscription) == "active");

  const Answer outright = account.post(
      "/v1/subscriptions", {{"customer", customer},
                            {"items[0][price]", account.licensed_price(account.product())},
                            {"payment_behavior", "error_if_incomplete"}});
  CHECK(outright.status == 402);
  CHECK(outright.error()["code"] == "subscription_payment_intent_requires_action");
}

TEST_CASE("a card that was confirmed once is charged without its owner, another never is") {
  Account account;
  const std::string price = account.licensed_price(account.product());
  const auto after_a_month = [&](const std::string& number) {
    const Json session =
        account.session(account.customer(), price, {{"line_items[0][quantity]", "1"}});
    const std::string at = "/c/pay/" + std::string(session["id"]);
    CHECK(account.submit(at, card_form(number)).status == 303);
    account.submit(at + "/authenticate", {{"authentication", "complete"}});
    const Json subscription = account
                                  .get("/v1/checkout/sessions/" + std::string(session["id"]),
                                       {{"expand[]", "subscription"}})
                                  .body["subscription"];
    CHECK(subscription["status"] == "active");
    account.now = subscription["current_period_end"].get<std::int64_t>() + hour;
    return status(account, subscription);
  };
  CHECK(after_a_month("4000002500003155") == "active");
  CHECK(after_a_month(always_asks) == "past_due");
}

}  // namespace sandbox_test
