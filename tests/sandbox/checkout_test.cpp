// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

#include <array>

namespace sandbox_test {
namespace {

bool has(const Answer& answer, const std::string& text) {
  return answer.text.find(text) != std::string::npos;
}

struct Open {
  Account account{};
  Json session = account.session("", account.metered_price(account.product()),
                                 {{"cancel_url", "https://example.com/back"}});
  std::string page = "/c/pay/" + std::string(session["id"]);

  Answer with(const std::string& name, const std::string& value) {
    Fields form = card_form("4242424242424242");
    for (auto& [field, typed] : form) {
      if (field == name) typed = value;
    }
    return account.submit(page, form);
  }
  std::string status() {
    return account.get("/v1/checkout/sessions/" + std::string(session["id"])).body["status"];
  }
};

}  // namespace

TEST_CASE("the hosted page has the elements that tests of Stripe's page look for") {
  Open open;
  const Answer page = open.account.send("GET", open.page);
  CHECK(page.status == 200);
  CHECK(page.header("Content-Security-Policy") == "default-src 'self'; frame-ancestors 'none'");
  CHECK(page.header("X-Content-Type-Options") == "nosniff");
  for (const char* id : {"email", "cardNumber", "cardExpiry", "cardCvc", "billingName",
                         "billingCountry", "billingPostalCode", "enableStripePass"}) {
    CAPTURE(id);
    CHECK(has(page, "id=\"" + std::string(id) + "\" name=\"" + id + "\""));
  }
  for (const char* text :
       {"placeholder=\"1234 1234 1234 1234\"", "placeholder=\"MM / YY\"", "placeholder=\"CVC\"",
        "placeholder=\"Full name on card\"", "placeholder=\"ZIP\"", "class=\"PaymentForm-form\"",
        "class=\"SubmitButton\" type=\"submit\" data-testid=\"hosted-payment-submit-button\"",
        "TEST MODE", "<option value=\"US\" selected>", "$80.00", "Subscribe",
        "href=\"https://example.com/back\""}) {
    CAPTURE(text);
    CHECK(has(page, text));
  }
  CHECK_FALSE(has(page, "style="));
  for (const char* asset : {"/_sandbox/assets/checkout.css", "/_sandbox/assets/checkout.js"}) {
    CHECK(has(page, asset));
    CHECK(open.account.send("GET", asset).status == 200);
  }
}

TEST_CASE("a known e-mail is shown and not asked for") {
  Account account;
  const Json session = account.session(account.customer("ada@example.com"),
                                       account.metered_price(account.product()));
  const Answer page = account.send("GET", "/c/pay/" + std::string(session["id"]));
  CHECK(has(page, "ada@example.com"));
  CHECK_FALSE(has(page, "id=\"email\""));
  CHECK(session["customer_details"]["email"] == "ada@example.com");
}

TEST_CASE("what is wrong with a card is said beside its field, and nothing is bought") {
  Open open;
  const std::vector<std::array<std::string, 3>> wrong = {
      {"cardNumber", "4242424242424241", "Your card number is incorrect."},
      {"cardNumber", "4242", "Your card number is incomplete."},
      {"cardExpiry", "12/20", "Your card&#39;s expiration year is in the past."},
      {"cardExpiry", "10/23", "Your card&#39;s expiration date is in the past."},
      {"cardExpiry", "13/34", "Your card&#39;s expiration month is invalid."},
      {"cardExpiry", "12", "Your card&#39;s expiration date is incomplete."},
      {"cardCvc", "12", "Your card&#39;s security code is incomplete."},
      {"billingName", " ", "Your name is incomplete."},
      {"billingPostalCode", "", "Your postal code is incomplete."},
      {"email", "nobody", "Your email is invalid."}};
  for (const auto& [field, value, message] : wrong) {
    CAPTURE(message);
    const Answer answer = open.with(field, value);
    CHECK(answer.status == 400);
    CHECK(has(answer, "role=\"alert\">" + message));
    CHECK_FALSE(has(answer, "4242424242424242"));
  }
  CHECK(open.status() == "open");
}

TEST_CASE("a card that is declined says why, and leaves the session open and nothing behind") {
  Open open;
  const std::vector<std::pair<std::string, std::string>> cards = {
      {"4000000000000002", "Your card was declined."},
      {"4000000000009995", "Your card has insufficient funds."},
      {"4000000000000069", "Your card has expired."},
      {"4000000000000127", "Your card&#39;s security code is incorrect."},
      {"4000000000000119", "An error occurred while processing your card."},
      {"4012888888881881", "used a non test card"}};
  for (const auto& [number, message] : cards) {
    CAPTURE(number);
    const Answer answer = open.with("cardNumber", number);
    CHECK(answer.status == 402);
    CHECK(has(answer, message));
    CHECK(has(answer, "value=\"Grace\""));
  }
  CHECK(open.status() == "open");
  CHECK(open.account.get("/v1/subscriptions").body["data"].empty());
  CHECK(open.account.get("/v1/customers").body["data"].empty());
  CHECK(open.with("cardNumber", "4242424242424242").status == 303);
}

TEST_CASE("a card that asks for 3-D Secure buys once its owner confirms, and nothing before") {
  Open open;
  const std::string step = open.page + "/authenticate";
  CHECK(open.account.send("GET", step).header("Location") == open.page);
  CHECK(open.with("cardNumber", "4000002500003155").header("Location") == step);
  CHECK(open.status() == "open");
  const Answer bank = open.account.send("GET", step);
  CHECK(has(bank, "ending in 3155"));
  CHECK(has(bank, "id=\"test-source-authorize-3ds\""));
  CHECK(has(bank, "id=\"test-source-fail-3ds\""));

  const Answer failed = open.account.submit(step, {{"authentication", "fail"}});
  CHECK(failed.status == 402);
  CHECK(has(failed, "We are unable to authenticate your payment method."));
  CHECK(has(failed, "value=\"Grace\""));
  CHECK(open.account.submit(step, {{"authentication", "complete"}}).status == 303);
  CHECK(open.status() == "open");
  CHECK(open.account.get("/v1/customers").body["data"].empty());

  open.with("cardNumber", "4000002500003155");
  const Answer confirmed = open.account.submit(step, {{"authentication", "complete"}});
  CHECK(confirmed.header("Location").starts_with("https://example.com/done?s=cs_test_"));
  CHECK(open.status() == "complete");
}

TEST_CASE("a card that is declined after 3-D Secure can still be kept for a trial") {
  Account account;
  const Fields quantity = {{"line_items[0][quantity]", "1"}};
  const Fields trial = {{"line_items[0][quantity]", "1"},
                        {"subscription_data[trial_period_days]", "7"}};
  for (const auto& [extra, status] : {std::pair(quantity, 402), std::pair(trial, 303)}) {
    const Json session =
        account.session(account.customer(), account.licensed_price(account.product()), extra);
    const std::string page = "/c/pay/" + std::string(session["id"]);
    CHECK(account.submit(page, card_form("4000008400001629")).status == 303);
    CHECK(account.submit(page + "/authenticate", {{"authentication", "complete"}}).status ==
          status);
  }
}

TEST_CASE("expiry dates are understood however they are typed") {
  for (const char* typed : {"12 / 34", "1234", "12/34", "12 / 2034", "1/34"}) {
    Open open;
    CAPTURE(typed);
    CHECK(open.with("cardExpiry", typed).status == 303);
  }
}

TEST_CASE("a completed session can't be paid twice") {
  Open open;
  CHECK(open.with("email", "grace@example.com").status == 303);
  CHECK(open.with("email", "grace@example.com").status == 410);
  CHECK(has(open.account.send("GET", open.page), "This checkout has been completed"));
  CHECK(open.account.get("/v1/subscriptions").body["data"].size() == 1);
  CHECK(open.account.send("GET", "/c/pay/cs_test_nobody").status == 404);
}

TEST_CASE("markup in a name or an e-mail stays text on the page") {
  Account account;
  const std::string nasty = "<script>alert('x')</script>";
  const Json session = account.session("", account.metered_price(account.product(nasty)));
  const std::string path = "/c/pay/" + std::string(session["id"]);
  Fields form = card_form("4000000000000002");
  form[0].second = "\"><script>@example.com";
  form[4].second = nasty;
  for (const Answer& page : {account.send("GET", path), account.submit(path, form)}) {
    CHECK_FALSE(has(page, "<script>"));
    CHECK(has(page, "&lt;script&gt;"));
  }
}

TEST_CASE("a trial can't be promised beyond two years, and a quantity may be left to the page") {
  Account account;
  const std::string price = account.licensed_price(account.product());
  const auto with = [&](const std::string& name, const std::string& value) {
    return account.post("/v1/checkout/sessions", {{"mode", "subscription"},
                                                  {"line_items[0][price]", price},
                                                  {"line_items[0][quantity]", "1"},
                                                  {"success_url", "https://example.com"},
                                                  {name, value}});
  };
  CHECK(with("subscription_data[trial_end]", "9223372036854775807").status == 400);
  CHECK(with("subscription_data[trial_period_days]", "731").status == 400);
  CHECK(with("subscription_data[trial_period_days]", "730").status == 200);
  CHECK(with("line_items[0][adjustable_quantity][enabled]", "true").status == 200);
  CHECK(with("line_items[0][adjustable_quantity][enabled]", "false").status == 200);
}

TEST_CASE("only an open session can be expired") {
  Open open;
  const std::string path = "/v1/checkout/sessions/" + std::string(open.session["id"]) + "/expire";
  CHECK(open.account.post(path).body["status"] == "expired");
  CHECK(open.account.post(path).error()["message"] ==
        "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session "
        "has a status of `expired`.");
}

TEST_CASE("a session lives between half an hour and a day") {
  Account account;
  const std::string price = account.metered_price(account.product());
  const auto at = [&](std::int64_t seconds) {
    return account.post("/v1/checkout/sessions",
                        {{"mode", "subscription"},
                         {"line_items[0][price]", price},
                         {"success_url", "https://example.com"},
                         {"expires_at", std::to_string(account.now + seconds)}});
  };
  CHECK(at(1799).status == 400);
  CHECK(at(1800).status == 200);
  CHECK(at(86'400).status == 200);
  CHECK(at(86'401).error()["message"] ==
        "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.");
}

TEST_CASE("sessions are found by customer and status, and their lines listed") {
  Account account;
  const std::string price = account.metered_price(account.product());
  const std::string ada = account.customer();
  const Json session = account.session(ada, price);
  account.session(account.customer("b@example.com"), price);
  const Json found =
      account.get("/v1/checkout/sessions", {{"customer", ada}, {"status", "open"}}).body["data"];
  REQUIRE(found.size() == 1);
  CHECK(found[0]["url"] == session["url"]);
  const std::string path = "/v1/checkout/sessions/" + std::string(session["id"]);
  const Json lines = account.get(path + "/line_items").body;
  CHECK(lines["data"][0]["price"]["id"] == price);
  CHECK_FALSE(session.contains("line_items"));
  CHECK(account.get(path, {{"expand[]", "line_items"}}).body["line_items"]["data"] ==
        lines["data"]);
}

}  // namespace sandbox_test
