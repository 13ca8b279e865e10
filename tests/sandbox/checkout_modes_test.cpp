// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

const std::string sessions = "/v1/checkout/sessions";

Fields one_time(const Fields& extra = {}) {
  Fields fields = {{"mode", "payment"},
                   {"success_url", "https://example.com/done"},
                   {"line_items[0][price_data][currency]", "usd"},
                   {"line_items[0][price_data][unit_amount]", "1500"},
                   {"line_items[0][price_data][product_data][name]", "A <b>lamp</b>"},
                   {"line_items[0][quantity]", "2"}};
  fields.insert(fields.end(), extra.begin(), extra.end());
  return fields;
}

std::string card(Account& account, const std::string& token = "tok_visa") {
  const Answer answer =
      account.post("/v1/payment_methods", {{"type", "card"},
                                           {"card[token]", token},
                                           {"billing_details[name]", "Ada"},
                                           {"billing_details[email]", "ada@example.com"}});
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body["id"];
}

Answer confirm(Account& account, const Json& session, const std::string& method,
               const std::string& amount) {
  return account.post("/v1/payment_pages/" + std::string(session["id"]) + "/confirm",
                      {{"payment_method", method}, {"expected_amount", amount}});
}

}  // namespace

TEST_CASE("a session in payment mode is paid once, by nobody in particular") {
  Account account;
  const Json session =
      account
          .post(sessions,
                one_time({{"payment_intent_data[shipping][name]", "Ada"},
                          {"payment_intent_data[shipping][address][line1]", "1 Main Street"}}))
          .body;
  CHECK(session["mode"] == "payment");
  CHECK(session["amount_total"] == 3000);
  CHECK(session["customer_creation"] == "if_required");
  CHECK(session["payment_method_collection"] == "if_required");
  const std::string page = account.send("GET", "/c/pay/" + std::string(session["id"])).text;
  CHECK(page.find("A &lt;b&gt;lamp&lt;/b&gt;") != std::string::npos);
  CHECK(page.find("$30.00") != std::string::npos);
  CHECK(account.submit("/c/pay/" + std::string(session["id"]), card_form("4000000000000002"))
            .status == 402);
  Fields form = card_form("4242424242424242");
  CHECK(account.submit("/c/pay/" + std::string(session["id"]), form).status == 303);
  const Json done = account.get(sessions + "/" + std::string(session["id"])).body;
  CHECK(done["status"] == "complete");
  CHECK(done["payment_status"] == "paid");
  CHECK(done["customer"].is_null());
  CHECK(done["subscription"].is_null());
  CHECK(done["customer_details"]["email"] == "grace@example.com");
  CHECK(account.get("/v1/customers").body["data"].empty());
}

TEST_CASE("what a session in payment mode took is a payment intent and a charge of no invoice") {
  Account account;
  const Json session =
      account
          .post(sessions, one_time({{"payment_intent_data[description]", "A lamp"},
                                    {"payment_intent_data[metadata][room]", "hall"},
                                    {"payment_intent_data[setup_future_usage]", "off_session"}}))
          .body;
  CHECK(session["payment_intent"].is_null());
  const Json page = confirm(account, session, card(account), "3000").body;
  const Json done = account
                        .get(sessions + "/" + std::string(session["id"]),
                             {{"expand[]", "payment_intent.latest_charge"}})
                        .body;
  const Json intent = done["payment_intent"];
  REQUIRE_MESSAGE(intent.is_object(), done.dump());
  CHECK(page["payment_intent"]["id"] == intent["id"]);
  CHECK(intent["status"] == "succeeded");
  CHECK(intent["amount_received"] == 3000);
  CHECK(intent["invoice"].is_null());
  CHECK(intent["description"] == "A lamp");
  CHECK(intent["metadata"]["room"] == "hall");
  CHECK(intent["setup_future_usage"] == "off_session");
  CHECK(intent["customer"] == done["customer"]);
  CHECK(intent["latest_charge"]["paid"] == true);
  CHECK(intent["latest_charge"]["receipt_url"].is_null());
  CHECK(intent["latest_charge"]["metadata"]["room"] == "hall");
  CHECK_FALSE(intent["latest_charge"].contains("setup_future_usage"));
  const Json guest = account.post(sessions, one_time()).body;
  confirm(account, guest, card(account), "3000");
  const Json last = account.get("/v1/payment_intents").body["data"][0];
  CHECK(last["customer"].is_null());
  CHECK(account.get("/v1/charges", {{"payment_intent", last["id"]}}).body["data"].size() == 1);
  CHECK(account.get("/v1/events", {{"type", "charge.succeeded"}}).body["data"].size() == 2);
}

TEST_CASE("what belongs to another mode is refused") {
  Account account;
  const std::string recurring = account.licensed_price(account.product());
  CHECK(account
            .post(sessions, {{"mode", "payment"},
                             {"success_url", "https://example.com"},
                             {"line_items[0][price]", recurring},
                             {"line_items[0][quantity]", "1"}})
            .error()["message"] ==
        "You specified `payment` mode but passed a recurring price. Either switch to "
        "`subscription` mode or use only one-time prices.");
  CHECK(account.post(sessions, one_time({{"subscription_data[description]", "x"}}))
            .error()["param"] == "subscription_data");
  CHECK(account.post(sessions, one_time({{"payment_method_collection", "always"}}))
            .error()["param"] == "payment_method_collection");
  Fields both = one_time();
  both.emplace_back("line_items[0][price]", recurring);
  CHECK(account.post(sessions, both).status == 400);
  CHECK(account.get("/v1/products").body["data"].size() == 1);
  account.version = "2026-10-28.endive";
  CHECK(account.post(sessions, one_time({{"payment_method_types[0]", "card"}})).error()["code"] ==
        "parameter_unknown");
}

TEST_CASE("a program can finish a session with a card, for the amount it expects") {
  Account account;
  const Json session = account.post(sessions, one_time()).body;
  const std::string path = "/v1/payment_pages/" + std::string(session["id"]);
  const Json page = account.get(path).body;
  CHECK(page["payment_intent"]["amount"] == 3000);
  CHECK(page["total_summary"]["due"] == 3000);
  CHECK(confirm(account, session, card(account), "2999").error()["param"] == "expected_amount");
  CHECK(confirm(account, session, "pm_none", "3000").status == 400);
  const Answer declined = confirm(account, session, card(account, "tok_chargeDeclined"), "3000");
  CHECK(declined.status == 402);
  CHECK(account.get(path).body["status"] == "open");
  CHECK(confirm(account, session, card(account), "3000").body["status"] == "complete");
  CHECK(confirm(account, session, card(account), "3000").status == 400);
  CHECK(account.get("/v1/events", {{"type", "checkout.session.completed"}}).body["data"].size() ==
        1);
}

TEST_CASE("confirming a subscription's session makes its customer, its card and the subscription") {
  Account account;
  const Json session = account.session("", account.licensed_price(account.product()),
                                       {{"line_items[0][quantity]", "1"}});
  const std::string method = card(account);
  const Json page = confirm(account, session, method, "2000").body;
  CHECK(page["status"] == "complete");
  const Json subscription =
      account.get("/v1/subscriptions/" + std::string(page["subscription"])).body;
  CHECK(subscription["status"] == "active");
  CHECK(subscription["default_payment_method"] == method);
  CHECK(account.get("/v1/customers/" + std::string(page["customer"])).body["email"] ==
        "ada@example.com");
}

TEST_CASE("a session in setup mode keeps a card and takes no money") {
  Account account;
  const std::string customer = account.customer();
  const Json session = account
                           .post(sessions, {{"mode", "setup"},
                                            {"customer", customer},
                                            {"currency", "usd"},
                                            {"success_url", "https://example.com"}})
                           .body;
  CHECK(session["amount_total"].is_null());
  CHECK(account.send("GET", "/c/pay/" + std::string(session["id"])).status == 200);
  const Answer answer =
      account.submit("/c/pay/" + std::string(session["id"]), card_form("4242424242424242"));
  CHECK(answer.status == 303);
  const Json done = account.get(sessions + "/" + std::string(session["id"])).body;
  CHECK(done["payment_status"] == "no_payment_required");
  const Json intent = account.get("/v1/setup_intents/" + std::string(done["setup_intent"])).body;
  CHECK(intent["status"] == "succeeded");
  CHECK(intent["customer"] == customer);
  CHECK(account.get("/v1/payment_methods", {{"customer", customer}}).body["data"].size() == 1);
}

TEST_CASE("a quantity that may be adjusted is changed on the page, within its bounds") {
  Account account;
  const Json session =
      account
          .post(sessions, one_time({{"line_items[0][adjustable_quantity][enabled]", "true"},
                                    {"line_items[0][adjustable_quantity][minimum]", "1"},
                                    {"line_items[0][adjustable_quantity][maximum]", "5"},
                                    {"customer", account.customer()}}))
          .body;
  const std::string path = "/c/pay/" + std::string(session["id"]);
  const std::string line = account.get(sessions + "/" + std::string(session["id"]) + "/line_items")
                               .body["data"][0]["id"];
  CHECK(account.send("GET", path).text.find("quantity-" + line) != std::string::npos);
  CHECK(account.submit(path, {{"quantity-" + line, "3"}, {"update", "1"}}).status == 303);
  CHECK(account.get(sessions + "/" + std::string(session["id"])).body["amount_total"] == 4500);
  Fields form = card_form("4242424242424242");
  form.emplace_back("quantity-" + line, "9");
  CHECK(account.submit(path, form).status == 303);
  const Json done = account.get(sessions + "/" + std::string(session["id"])).body;
  CHECK(done["amount_total"] == 7500);
  CHECK(done["status"] == "complete");
}

}  // namespace sandbox_test
