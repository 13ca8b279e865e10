// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

bool on_page(const Answer& answer, const std::string& text) {
  return answer.text.find(text) != std::string::npos;
}

/// A subscribed customer in front of an open portal.
struct Portal {
  explicit Portal(const Fields& settings = {}, const Fields& extra = {}) {
    Fields fields = {{"features[invoice_history][enabled]", "true"},
                     {"features[payment_method_update][enabled]", "true"},
                     {"features[subscription_cancel][enabled]", "true"}};
    fields.insert(fields.end(), settings.begin(), settings.end());
    REQUIRE(account.post("/v1/billing_portal/configurations", fields).status == 200);
    open(extra);
  }

  void open(const Fields& extra = {}) {
    Fields fields = {{"customer", customer}, {"return_url", "https://example.com/account?a=1&b=2"}};
    fields.insert(fields.end(), extra.begin(), extra.end());
    const Answer answer = account.post("/v1/billing_portal/sessions", fields);
    REQUIRE_MESSAGE(answer.status == 200, answer.text);
    const std::string url = answer.body["url"];
    at = url.substr(url.find("/p/"));
  }
  Answer get(const std::string& below = "") { return account.send("GET", at + below); }
  Answer post(const std::string& below, const Fields& fields = {}) {
    return account.submit(at + below, fields);
  }
  Answer add_card(const std::string& number) {
    return post("/payment-methods", {{"number", number},
                                     {"expiry", "12 / 34"},
                                     {"cvc", "123"},
                                     {"country", "US"},
                                     {"postalCode", "90210"}});
  }
  Json now() { return account.get("/v1/subscriptions/" + id).body; }

  Account account{};
  Json subscription =
      account.pay(account.session("", account.licensed_price(account.product("Monthly & more")),
                                  {{"line_items[0][quantity]", "1"}})["id"]);
  std::string id = subscription["id"];
  std::string customer = subscription["customer"];
  std::string cancel_path = "/subscriptions/" + id + "/cancel";
  std::string at{};
};

}  // namespace

TEST_CASE("the portal shows what is subscribed to, the card, the invoices and the way back") {
  Portal portal;
  const Answer page = portal.get();
  CHECK(page.status == 200);
  CHECK(page.header("Content-Security-Policy") == "default-src 'self'; frame-ancestors 'none'");
  for (const char* text :
       {"Monthly &amp; more", "$20.00 per month", "Your subscription renews on 14 December 2023.",
        "Active", "Visa ending in 4242", "Expires 12 / 2034", "14 November 2023", "Paid",
        "grace@example.com", "data-test=\"cancel-subscription\"",
        "data-testid=\"cancel-subscription\"", "data-test=\"add-payment-method\"",
        "data-testid=\"page-container-main\"",
        "data-testid=\"return-to-business-link\" "
        "href=\"https://example.com/account?a=1&amp;b=2\""}) {
    CAPTURE(text);
    CHECK(on_page(page, text));
  }
  CHECK_FALSE(on_page(page, "style="));
}

TEST_CASE("what a configuration doesn't allow is neither on the portal nor done") {
  Portal portal({{"features[invoice_history][enabled]", "false"},
                 {"features[payment_method_update][enabled]", "false"},
                 {"features[subscription_cancel][enabled]", "false"}});
  const Answer page = portal.get();
  for (const char* text : {"cancel-subscription", "add-payment-method", "Invoice history"}) {
    CAPTURE(text);
    CHECK_FALSE(on_page(page, text));
  }
  CHECK(portal.post(portal.cancel_path).status == 404);
  CHECK(portal.add_card("4242424242424242").status == 404);
  CHECK(portal.now()["status"] == "active");
}

TEST_CASE("a subscription is canceled at the end of its period, and that can be taken back") {
  Portal portal;
  const Answer sure = portal.get(portal.cancel_path);
  CHECK(on_page(sure, "data-testid=\"confirm\" data-test=\"confirm\""));
  CHECK(portal.now()["cancel_at_period_end"] == false);
  const Answer done = portal.post(portal.cancel_path);
  CHECK(done.status == 303);
  CHECK(done.header("Location") == portal.at + "?done=ending");
  CHECK(portal.now()["cancel_at_period_end"] == true);
  CHECK(portal.now()["cancellation_details"]["reason"] == "cancellation_requested");
  CHECK(on_page(portal.get("?done=ending"), "Cancels on 14 December 2023."));
  CHECK_FALSE(on_page(portal.get(), "cancel-subscription"));

  CHECK(portal.post("/subscriptions/" + portal.id + "/renew").status == 303);
  CHECK(portal.now()["cancel_at_period_end"] == false);
  CHECK(portal.now()["canceled_at"].is_null());
}

TEST_CASE("a subscription is canceled at once where the configuration says so, and asked why") {
  Portal portal({{"features[subscription_cancel][mode]", "immediately"},
                 {"features[subscription_cancel][cancellation_reason][enabled]", "true"},
                 {"features[subscription_cancel][cancellation_reason][options][0]", "unused"}});
  const std::string why = "/subscriptions/" + portal.id + "/reason";
  CHECK(portal.post(portal.cancel_path).header("Location") == portal.at + why);
  CHECK(portal.now()["status"] == "canceled");
  const Answer page = portal.get(why);
  CHECK(on_page(page, "data-test=\"cancel-reason-opt-unused\""));
  CHECK_FALSE(on_page(page, "cancel-reason-opt-too_complex"));
  CHECK(on_page(page, "data-testid=\"cancellation_reason_submit\""));
  CHECK(on_page(page, "data-testid=\"cancellation_reason_cancel\""));
  CHECK(portal.post(why, {{"reason", "too_complex"}}).status == 303);
  CHECK(portal.now()["cancellation_details"]["feedback"].is_null());
  CHECK(portal.post(why, {{"reason", "unused"}}).status == 303);
  CHECK(portal.now()["cancellation_details"]["feedback"] == "unused");
}

TEST_CASE("a new card is charged from then on; a declined one changes nothing") {
  Portal portal;
  const Json before = portal.now()["default_payment_method"];
  const std::vector<std::array<std::string, 3>> refused = {
      {"4242424242424241", "400", "Your card number is incorrect."},
      {"4000000000000002", "402", "Your card was declined."},
      {"4000000000009995", "402", "Your card has insufficient funds."},
      {"4012888888881881", "402", "used a non test card"}};
  for (const auto& [number, status, message] : refused) {
    CAPTURE(number);
    const Answer answer = portal.add_card(number);
    CHECK(std::to_string(answer.status) == status);
    CHECK(on_page(answer, message));
    CHECK_FALSE(on_page(answer, number));
  }
  CHECK(portal.now()["default_payment_method"] == before);

  CHECK(portal.add_card("5555 5555 5555 4444").status == 303);
  const Json card = portal.account
                        .get("/v1/customers/" + portal.customer,
                             {{"expand[]", "invoice_settings.default_payment_method"}})
                        .body["invoice_settings"]["default_payment_method"];
  CHECK(card["card"]["brand"] == "mastercard");
  CHECK(card["billing_details"]["address"]["postal_code"] == "90210");
  CHECK(portal.now()["default_payment_method"] == card["id"]);

  const std::string old = "/payment-methods/" + std::string(before);
  CHECK(portal.post(old + "/default").status == 303);
  CHECK(portal.now()["default_payment_method"] == before);
  CHECK(portal.post(old + "/remove").status == 303);
  CHECK(portal.account.get("/v1/payment_methods/" + std::string(before)).body["customer"] ==
        portal.customer);
  portal.post("/payment-methods/" + std::string(card["id"]) + "/remove");
  CHECK(portal.account.get("/v1/payment_methods/" + std::string(card["id"]))
            .body["customer"]
            .is_null());
}

TEST_CASE("a new card that asks for 3-D Secure is kept once its owner confirms") {
  Portal portal;
  const Json before = portal.now()["default_payment_method"];
  CHECK(portal.add_card("4000002500003155").header("Location") == portal.at + "/authenticate");
  CHECK(on_page(portal.get("/authenticate"), "test-source-authorize-3ds"));
  CHECK(portal.post("/authenticate", {{"authentication", "fail"}}).status == 402);
  CHECK(portal.now()["default_payment_method"] == before);
  portal.add_card("4000002500003155");
  CHECK(portal.post("/authenticate", {{"authentication", "complete"}}).status == 303);
  CHECK(portal.now()["default_payment_method"] != before);
}

TEST_CASE("nobody reaches another customer's subscription or card through their own portal") {
  Portal portal;
  const Json other = portal.account.metered_subscription();
  const std::string theirs = "/subscriptions/" + std::string(other["id"]);
  for (const char* step : {"/cancel", "/reason", "/renew"}) {
    CHECK(portal.post(theirs + step).status == 404);
  }
  const std::string card = "/payment-methods/" + std::string(other["default_payment_method"]);
  CHECK(portal.post(card + "/default").status == 404);
  CHECK(portal.post(card + "/remove").status == 404);
}

TEST_CASE("a link to the portal opens for five minutes and then lasts an hour") {
  Portal portal;
  portal.account.now += 301;
  CHECK(on_page(portal.get(), "This link has expired"));
  CHECK(portal.post(portal.cancel_path).status == 410);
  CHECK(portal.now()["cancel_at_period_end"] == false);
  portal.open();
  CHECK(on_page(portal.get(), "Manage your billing"));
  portal.account.now += 3599;
  CHECK(on_page(portal.get(), "Manage your billing"));
  portal.account.now += 1;
  CHECK(on_page(portal.get(), "This link has expired"));
  CHECK(portal.account.send("GET", "/p/session/test_nobody").status == 404);
}

TEST_CASE("a flow begins at its step and ends where it was told to") {
  Portal portal;
  portal.open({{"flow_data[type]", "subscription_cancel"},
               {"flow_data[subscription_cancel][subscription]", portal.id},
               {"flow_data[after_completion][type]", "redirect"},
               {"flow_data[after_completion][redirect][return_url]", "https://example.com/bye"}});
  CHECK(portal.get().header("Location") == portal.at + portal.cancel_path);
  CHECK(portal.post(portal.cancel_path).header("Location") == "https://example.com/bye");
  CHECK(portal.get().status == 200);

  portal.open({{"flow_data[type]", "payment_method_update"},
               {"flow_data[after_completion][type]", "hosted_confirmation"},
               {"flow_data[after_completion][hosted_confirmation][custom_message]", "<b>Bye</b>"}});
  CHECK(portal.get().header("Location") == portal.at + "/payment-methods");
  CHECK(portal.add_card("4242424242424242").header("Location") == portal.at + "/done");
  CHECK(on_page(portal.get("/done"), "&lt;b&gt;Bye&lt;/b&gt;"));
}

TEST_CASE("markup in names, e-mails and headlines stays text on the portal") {
  const std::string nasty = "<script>alert('x')</script>";
  Portal portal({{"business_profile[headline]", nasty}});
  portal.account.post("/v1/customers/" + portal.customer,
                      {{"name", nasty}, {"email", "\"><script>@example.com"}});
  const std::string product = portal.account.get("/v1/subscriptions/" + portal.id)
                                  .body["items"]["data"][0]["price"]["product"];
  portal.account.post("/v1/products/" + product, {{"name", nasty}});
  for (const std::string& below :
       {std::string(), portal.cancel_path, std::string("/payment-methods"), "?done=" + nasty,
        "?done=%3Cscript%3E" + std::string()}) {
    CAPTURE(below);
    const Answer page = portal.get(below);
    CHECK(page.status == 200);
    CHECK_FALSE(on_page(page, "<script>"));
    CHECK(on_page(page, "&lt;script&gt;"));
  }
}

}  // namespace sandbox_test
