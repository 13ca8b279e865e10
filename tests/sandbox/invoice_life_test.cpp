// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace sandbox_test {
namespace {

const std::string fails_later = "4000000000000341";

/// A customer who pays with this card, and a licensed price of $20.00 a month.
struct Payer {
  explicit Payer(Account& in, const std::string& card = "4242424242424242")
      : account(in), price(in.licensed_price(in.product())) {
    const Json session = account.session(id, account.metered_price(account.product()));
    const Json subscription = account.pay(session["id"], card);
    method = subscription["default_payment_method"];
    account.post("/v1/customers/" + id, {{"invoice_settings[default_payment_method]", method}});
    account.remove("/v1/subscriptions/" + std::string(subscription["id"]));
  }

  Answer subscribe(const Fields& extra = {}) {
    Fields fields = {{"customer", id}, {"items[0][price]", price}};
    fields.insert(fields.end(), extra.begin(), extra.end());
    return account.post("/v1/subscriptions", fields);
  }
  Json latest(const Json& subscription) {
    const Json now = account.get("/v1/subscriptions/" + std::string(subscription["id"])).body;
    return account.get("/v1/invoices/" + std::string(now["latest_invoice"])).body;
  }
  std::string status(const Json& subscription) {
    return account.get("/v1/subscriptions/" + std::string(subscription["id"])).body["status"];
  }

  Account& account;
  std::string id = account.customer();
  std::string price;
  std::string method{};
};

/// What happened since a second, oldest first.
std::vector<std::string> told(Account& account, std::int64_t since) {
  std::vector<std::string> types;
  const Json list =
      account.get("/v1/events", {{"limit", "100"}, {"created[gte]", std::to_string(since)}})
          .body["data"];
  for (const Json& event : list) types.insert(types.begin(), event["type"].get<std::string>());
  return types;
}

}  // namespace

TEST_CASE("a period's invoice is a draft for an hour, then final and charged") {
  Account account;
  Payer payer(account);
  const Json subscription = payer.subscribe().body;
  const std::int64_t end = subscription["current_period_end"];
  account.now = end + hour - 1;
  const Json draft = payer.latest(subscription);
  CHECK(draft["status"] == "draft");
  CHECK(draft["auto_advance"] == true);
  CHECK(draft["next_payment_attempt"] == end + hour);
  CHECK(draft["automatically_finalizes_at"] == end + hour + 1);
  CHECK(draft["hosted_invoice_url"].is_null());
  CHECK(draft["number"].is_null());
  account.now = end + hour;
  const Json paid = payer.latest(subscription);
  CHECK(paid["id"] == draft["id"]);
  CHECK(paid["status"] == "paid");
  CHECK(paid["attempt_count"] == 1);
  CHECK(paid["auto_advance"] == false);
  CHECK(paid["next_payment_attempt"].is_null());
  CHECK(paid["automatically_finalizes_at"].is_null());
  CHECK(paid["status_transitions"]["finalized_at"] == end + hour);
  CHECK(std::string(paid["hosted_invoice_url"]).starts_with("http://127.0.0.1:12111/i/acct_"));
  CHECK(paid["invoice_pdf"].is_string());
  CHECK(told(account, end) ==
        std::vector<std::string>{"customer.subscription.updated", "invoice.created",
                                 "invoice.finalized", "payment_intent.created", "charge.succeeded",
                                 "payment_intent.succeeded", "invoice.updated", "invoice.paid",
                                 "invoice.payment_succeeded"});
}

TEST_CASE("usage that comes while the draft waits belongs to the next invoice") {
  Account account;
  const Json subscription = account.metered_subscription();
  const std::string records = "/v1/subscription_items/" + item_of(subscription) + "/usage_records";
  account.post(records, {{"quantity", "3"}});
  account.now = subscription["current_period_end"].get<std::int64_t>() + 60;
  CHECK(account.post(records, {{"quantity", "5"}}).status == 200);
  account.now += hour;
  const Json invoices =
      account.get("/v1/invoices", {{"subscription", subscription["id"]}}).body["data"];
  REQUIRE(invoices.size() == 2);
  CHECK(invoices[0]["total"] == 24000);
  CHECK(invoices[0]["status"] == "paid");
}

TEST_CASE("an invoice shows its payment: intent and charge before basil, payments since") {
  Account account;
  Payer payer(account);
  const Json subscription = payer.subscribe().body;
  const std::string path = "/v1/invoices/" + std::string(subscription["latest_invoice"]);
  const Json invoice = account.get(path, {{"expand[0]", "payment_intent.latest_charge"}}).body;
  CHECK(invoice["paid"] == true);
  const Json& intent = invoice["payment_intent"];
  CHECK(intent["status"] == "succeeded");
  CHECK(intent["amount_received"] == 2000);
  CHECK(intent["invoice"] == invoice["id"]);
  CHECK(intent["latest_charge"]["id"] == invoice["charge"]);
  CHECK(intent["latest_charge"]["payment_method_details"]["card"]["last4"] == "4242");
  CHECK(account.get("/v1/payment_intents", {{"customer", payer.id}}).body["data"].size() == 1);
  CHECK(account.get("/v1/charges", {{"customer", payer.id}}).body["data"][0]["id"] ==
        invoice["charge"]);
  CHECK(account.get("/v1/invoice_payments").status == 404);
  CHECK(account.post("/v1/payment_intents", {{"amount", "1"}}).error()["message"] ==
        "not emulated: POST /v1/payment_intents");

  account.version = "2026-10-28.endive";
  const Json since = account
                         .get(path, {{"expand[0]", "payments.data.payment.payment_intent"},
                                     {"expand[1]", "confirmation_secret"}})
                         .body;
  CHECK_FALSE(since.contains("payment_intent"));
  CHECK_FALSE(since.contains("charge"));
  const Json& payment = since["payments"]["data"][0];
  CHECK(payment["status"] == "paid");
  CHECK(payment["amount_paid"] == 2000);
  CHECK(payment["payment"]["payment_intent"]["id"] == intent["id"]);
  CHECK_FALSE(payment["payment"]["payment_intent"].contains("invoice"));
  CHECK(since["confirmation_secret"]["client_secret"] == intent["client_secret"]);
  CHECK(account.get("/v1/invoice_payments", {{"invoice", invoice["id"]}}).body["data"].size() == 1);
}

TEST_CASE("a charge that fails is retried by a schedule until the subscription is canceled") {
  Account account;
  Payer payer(account, fails_later);
  const Json subscription =
      payer.subscribe({{"trial_end", std::to_string(account.now + day)}}).body;
  const std::int64_t first = account.now + day + hour;
  account.now = first;
  CHECK(payer.status(subscription) == "past_due");
  Json invoice = payer.latest(subscription);
  CHECK(invoice["status"] == "open");
  CHECK(invoice["attempt_count"] == 1);
  CHECK(invoice["next_payment_attempt"] == first + 3 * day);
  CHECK(account.get("/v1/customers/" + payer.id).body["delinquent"] == true);
  const auto story = told(account, first);
  CHECK(story == std::vector<std::string>{"invoice.finalized", "payment_intent.created",
                                          "charge.failed", "payment_intent.payment_failed",
                                          "invoice.updated", "invoice.payment_failed",
                                          "customer.subscription.updated", "customer.updated"});
  const Json intent =
      account.get("/v1/payment_intents/" + std::string(invoice["payment_intent"])).body;
  CHECK(intent["status"] == "requires_payment_method");
  CHECK(intent["last_payment_error"]["decline_code"] == "generic_decline");
  CHECK(intent["last_payment_error"]["payment_method"]["id"] == payer.method);

  account.now = first + 8 * day;
  CHECK(payer.latest(subscription)["attempt_count"] == 3);
  CHECK(payer.latest(subscription)["next_payment_attempt"] == first + 15 * day);
  CHECK(payer.status(subscription) == "past_due");
  account.now = first + 15 * day;
  invoice = payer.latest(subscription);
  CHECK(invoice["attempt_count"] == 4);
  CHECK(invoice["next_payment_attempt"].is_null());
  CHECK(invoice["auto_advance"] == false);
  CHECK(invoice["status"] == "open");
  const Json ended = account.get("/v1/subscriptions/" + std::string(subscription["id"])).body;
  CHECK(ended["status"] == "canceled");
  CHECK(ended["cancellation_details"]["reason"] == "payment_failed");
  CHECK(account.get("/v1/charges", {{"customer", payer.id}}).body["data"].size() == 4);
}

TEST_CASE("paying the open invoice with another card makes its subscription active again") {
  Account account;
  Payer payer(account, fails_later);
  const std::string price = account.metered_price(account.product());
  const std::string good =
      account.pay(account.session(payer.id, price)["id"])["default_payment_method"];
  const Json subscription =
      payer.subscribe({{"trial_end", std::to_string(account.now + day)}}).body;
  account.now += day + hour;
  const std::string path = "/v1/invoices/" + std::string(payer.latest(subscription)["id"]);
  const Answer refused = account.post(path + "/pay");
  CHECK(refused.status == 402);
  CHECK(refused.error()["type"] == "card_error");
  CHECK(refused.error()["code"] == "card_declined");
  CHECK(refused.error()["message"] == "Your card was declined.");
  CHECK(refused.error()["payment_intent"]["status"] == "requires_payment_method");
  CHECK(account.get(path).body["attempt_count"] == 1);
  CHECK(payer.status(subscription) == "past_due");
  const Json paid = account.post(path + "/pay", {{"payment_method", good}}).body;
  CHECK(paid["status"] == "paid");
  CHECK(paid["amount_remaining"] == 0);
  CHECK(payer.status(subscription) == "active");
  CHECK(account.get("/v1/customers/" + payer.id).body["delinquent"] == false);
  CHECK(account.post(path + "/pay").error()["message"] == "Invoice is already paid");
  // The retry that was planned finds nothing to do.
  account.now += 20 * day;
  CHECK(account.get(path).body["attempt_count"] == 1);
}

TEST_CASE("a first invoice that isn't paid leaves the subscription incomplete for 23 hours") {
  Account account;
  Payer payer(account, fails_later);
  const Json subscription = payer.subscribe().body;
  CHECK(subscription["status"] == "incomplete");
  const Json invoice = payer.latest(subscription);
  CHECK(invoice["status"] == "open");
  CHECK(invoice["attempted"] == true);
  CHECK(invoice["next_payment_attempt"].is_null());
  account.now += 23 * hour - 1;
  CHECK(payer.status(subscription) == "incomplete");
  account.now += 1;
  CHECK(payer.status(subscription) == "incomplete_expired");
  CHECK(payer.latest(subscription)["status"] == "void");
  const Json intent =
      account.get("/v1/payment_intents/" + std::string(invoice["payment_intent"])).body;
  CHECK(intent["status"] == "canceled");
  CHECK(intent["cancellation_reason"] == "void_invoice");
  account.now += 40 * day;
  CHECK(account.get("/v1/invoices", {{"subscription", subscription["id"]}}).body["data"].size() ==
        1);
}

TEST_CASE("the first invoice can be refused outright, or left open for somebody to pay") {
  Account account;
  Payer bad(account, fails_later);
  const auto count = [&] {
    return account.get("/v1/subscriptions", {{"status", "all"}}).body["data"].size();
  };
  const std::size_t before = count();
  const Answer refused = bad.subscribe({{"payment_behavior", "error_if_incomplete"}});
  CHECK(refused.status == 402);
  CHECK(refused.error()["code"] == "card_declined");
  CHECK(count() == before);
  CHECK(bad.subscribe({{"payment_behavior", "pending_if_incomplete"}}).error()["param"] ==
        "payment_behavior");

  Payer good(account);
  const Json subscription = good.subscribe({{"payment_behavior", "default_incomplete"},
                                            {"expand[]", "latest_invoice.payment_intent"}})
                                .body;
  CHECK(subscription["status"] == "incomplete");
  const Json& intent = subscription["latest_invoice"]["payment_intent"];
  CHECK(intent["status"] == "requires_confirmation");
  CHECK(intent["payment_method"] == good.method);
  const std::string invoice = subscription["latest_invoice"]["id"];
  CHECK(account.post("/v1/invoices/" + invoice + "/pay").body["status"] == "paid");
  CHECK(good.status(subscription) == "active");
  account.now += day;
  CHECK(good.status(subscription) == "active");
}

TEST_CASE("the next invoice is announced seven days before, without an id") {
  Account account;
  Payer payer(account);
  const Json subscription = payer.subscribe().body;
  const std::int64_t notice = subscription["current_period_end"].get<std::int64_t>() - 7 * day;
  const auto notices = [&] {
    return account.get("/v1/events", {{"type", "invoice.upcoming"}}).body["data"];
  };
  account.now = notice - 1;
  CHECK(notices().empty());
  account.now = notice;
  REQUIRE(notices().size() == 1);
  const Json invoice = notices()[0]["data"]["object"];
  CHECK_FALSE(invoice.contains("id"));
  CHECK(invoice["total"] == 2000);
  CHECK(invoice["next_payment_attempt"] == notice + 7 * day + hour);
}

TEST_CASE("a preview has the items that wait for the next invoice") {
  Account account;
  Payer payer(account);
  const Json subscription = payer.subscribe().body;
  account.post("/v1/invoiceitems",
               {{"customer", payer.id}, {"amount", "-500"}, {"currency", "usd"}});
  const Json preview =
      account.get("/v1/invoices/upcoming", {{"subscription", subscription["id"]}}).body;
  CHECK(preview["total"] == 1500);
  CHECK(preview["lines"]["data"][0]["amount"] == -500);
}

TEST_CASE("a canceled subscription's invoices are collected no more") {
  Account account;
  Payer payer(account);
  const Json subscription = payer.subscribe().body;
  account.now = subscription["current_period_end"];
  const std::string draft = payer.latest(subscription)["id"];
  account.remove("/v1/subscriptions/" + std::string(subscription["id"]));
  account.now += 2 * hour;
  const Json invoice = account.get("/v1/invoices/" + draft).body;
  CHECK(invoice["status"] == "draft");
  CHECK(invoice["auto_advance"] == false);
}

TEST_CASE("retries that run out can leave the subscription unpaid, with drafts from then on") {
  Account account({.after_retries = sandbox::AfterRetries::leave_unpaid});
  Payer payer(account, fails_later);
  const Json subscription =
      payer.subscribe({{"trial_end", std::to_string(account.now + day)}}).body;
  account.now += day + hour + 15 * day;
  CHECK(payer.status(subscription) == "unpaid");
  account.now += 20 * day;
  const Json draft = payer.latest(subscription);
  CHECK(draft["status"] == "draft");
  CHECK(draft["auto_advance"] == false);
  const std::string good = account.pay(account.session(
      payer.id, account.metered_price(account.product()))["id"])["default_payment_method"];
  account.post("/v1/invoices/" + std::string(draft["id"]) + "/pay", {{"payment_method", good}});
  CHECK(payer.status(subscription) == "active");
}

}  // namespace sandbox_test
