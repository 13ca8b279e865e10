// SPDX-License-Identifier: Apache-2.0
#include "subscriptions.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {

TEST_CASE("a trial that is ended now is billed in the same call") {
  Account account;
  const Json subscription = licensed(account, {{"subscription_data[trial_period_days]", "10"}});
  CHECK(subscription["status"] == "trialing");
  account.now += 3 * day;
  const Json ended = account.post(subscription_path(subscription), {{"trial_end", "now"}}).body;
  CHECK(ended["status"] == "active");
  CHECK(ended["trial_end"] == account.now);
  CHECK(ended["billing_cycle_anchor"] == account.now);
  CHECK(ended["current_period_start"] == account.now);
  const Json invoice = account.get("/v1/invoices/" + std::string(ended["latest_invoice"])).body;
  CHECK(invoice["billing_reason"] == "subscription_cycle");
  CHECK(invoice["status"] == "paid");
  CHECK(invoice["total"] == 4000);
  CHECK(invoice["lines"]["data"][0]["period"]["end"] == ended["current_period_end"]);
}

TEST_CASE("a trial that time ends has a draft for an hour, and the notice of its new end") {
  Account account;
  const Json subscription = licensed(account, {{"subscription_data[trial_period_days]", "10"}});
  const std::int64_t end = account.now + 20 * day;
  account.post(subscription_path(subscription), {{"trial_end", std::to_string(end)}});
  account.now = end - 7 * day;
  CHECK(last_of_type(account, "invoice.upcoming")["data"]["object"]["total"] == 4000);
  CHECK(account.get("/v1/events", {{"type", "invoice.upcoming"}}).body["data"].size() == 1);
  account.now = end;
  CHECK(invoices(account, subscription)[0]["status"] == "draft");
  account.now = end + hour;
  CHECK(invoices(account, subscription)[0]["status"] == "paid");
}

TEST_CASE("usage that is billed at the end is charged at once, with the items that wait") {
  Account account;
  const Json subscription = account.metered_subscription();
  use(account, subscription, "3");
  REQUIRE(
      account
          .post("/v1/invoiceitems",
                {{"customer", subscription["customer"]}, {"currency", "usd"}, {"amount", "500"}})
          .status == 200);
  account.remove(subscription_path(subscription) + "?invoice_now=true");
  const Json invoice = invoices(account, subscription)[0];
  CHECK(invoice["status"] == "paid");
  CHECK(invoice["lines"]["data"].size() == 2);
  CHECK(invoice["lines"]["data"][0]["amount"] == 500);
}

TEST_CASE("what nobody has paid for yet can't begin another period") {
  Account account;
  const Json subscription =
      account
          .post("/v1/subscriptions",
                {{"customer", account.customer()},
                 {"items[0][price]", account.licensed_price(account.product())},
                 {"payment_behavior", "default_incomplete"}})
          .body;
  REQUIRE(subscription["status"] == "incomplete");
  CHECK(account
            .post(subscription_path(subscription),
                  {{"billing_cycle_anchor", "now"}, {"proration_behavior", "none"}})
            .status == 400);
  CHECK(invoices(account, subscription).size() == 1);
}

TEST_CASE("a card that fails lets a trial's end leave it past due") {
  Account account;
  const Json session = account.session(
      account.customer(), account.licensed_price(account.product()),
      {{"line_items[0][quantity]", "1"}, {"subscription_data[trial_period_days]", "10"}});
  const Json subscription = account.pay(session["id"], "4000000000000341");
  const Answer strict =
      account.post(subscription_path(subscription),
                   {{"trial_end", "now"}, {"payment_behavior", "error_if_incomplete"}});
  CHECK(strict.status == 402);
  CHECK(strict.error()["code"] == "card_declined");
  CHECK(account.get(subscription_path(subscription)).body["status"] == "trialing");
  const Answer ended = account.post(subscription_path(subscription), {{"trial_end", "now"}});
  CHECK(ended.status == 200);
  CHECK(ended.body["status"] == "past_due");
}

TEST_CASE("a trial that ends without a card goes as its settings say") {
  const auto trial = [](Account& account, const std::string& behaviour) {
    const Answer answer = account.post(
        "/v1/subscriptions", {{"customer", account.customer()},
                              {"items[0][price]", account.licensed_price(account.product())},
                              {"trial_period_days", "10"},
                              {"trial_settings[end_behavior][missing_payment_method]", behaviour}});
    REQUIRE_MESSAGE(answer.status == 200, answer.text);
    return answer.body;
  };
  SUBCASE("ended by a call") {
    Account account;
    const Json invoice = trial(account, "create_invoice");
    const Answer refused = account.post(subscription_path(invoice), {{"trial_end", "now"}});
    CHECK(refused.status == 400);
    CHECK(refused.error()["code"] == "resource_missing");
    const Json paused =
        account.post(subscription_path(trial(account, "pause")), {{"trial_end", "now"}}).body;
    CHECK(paused["status"] == "paused");
    CHECK(last_of_type(account, "customer.subscription.paused")["data"]["object"]["id"] ==
          paused["id"]);
    CHECK(account.get("/v1/invoices/upcoming", {{"subscription", paused["id"]}}).status == 404);
    const Json canceled =
        account.post(subscription_path(trial(account, "cancel")), {{"trial_end", "now"}}).body;
    CHECK(canceled["status"] == "canceled");
    CHECK(canceled["cancellation_details"]["reason"] == "cancellation_requested");
  }
  SUBCASE("ended by time") {
    Account account;
    const Json paused = trial(account, "pause");
    const Json canceled = trial(account, "cancel");
    account.now += 45 * day;
    CHECK(account.get(subscription_path(paused)).body["status"] == "paused");
    CHECK(invoices(account, paused).size() == 1);
    CHECK(account.get(subscription_path(canceled)).body["status"] == "canceled");
    CHECK(account.get(subscription_path(canceled)).body["ended_at"] == canceled["trial_end"]);
  }
}

TEST_CASE("a paused subscription is resumed with a period of its own") {
  Account account;
  const Json subscription =
      account
          .post("/v1/subscriptions",
                {{"customer", account.customer()},
                 {"items[0][price]", account.metered_price(account.product())},
                 {"trial_period_days", "10"},
                 {"trial_settings[end_behavior][missing_payment_method]", "pause"}})
          .body;
  CHECK(account.post(subscription_path(subscription) + "/resume").status == 400);
  account.now += 20 * day;
  const Json resumed = account.post(subscription_path(subscription) + "/resume").body;
  CHECK(resumed["status"] == "active");
  CHECK(resumed["current_period_start"] == account.now);
  CHECK(last_of_type(account, "customer.subscription.resumed")["data"]["object"]["status"] ==
        "active");
}

TEST_CASE("a trial can be put off, and begun in the midst of a period") {
  Account account;
  const Json subscription = account.metered_subscription();
  use(account, subscription, "2");
  account.now += day;
  const std::string end = std::to_string(account.now + 20 * day);
  const Json trial = account.post(subscription_path(subscription), {{"trial_end", end}}).body;
  CHECK(trial["status"] == "trialing");
  CHECK(trial["current_period_end"] == account.now + 20 * day);
  CHECK(invoices(account, subscription)[0]["total"] == 16000);
  const std::string later = std::to_string(account.now + 30 * day);
  const Json put_off = account.post(subscription_path(subscription), {{"trial_end", later}}).body;
  CHECK(put_off["trial_end"] == account.now + 30 * day);
  CHECK(invoices(account, subscription).size() == 2);
  account.now += 25 * day;
  CHECK(account.get(subscription_path(subscription)).body["status"] == "trialing");
  CHECK(account.get("/v1/events", {{"type", "customer.subscription.trial_will_end"}})
            .body["data"]
            .empty());
  account.now += 3 * day;
  account.get(subscription_path(subscription));
  CHECK(account.get("/v1/events", {{"type", "customer.subscription.trial_will_end"}})
            .body["data"]
            .size() == 1);
  account.now += 3 * day;
  CHECK(account.get(subscription_path(subscription)).body["status"] == "active");
}

TEST_CASE("an anchor set now closes the period and begins another") {
  Account account;
  const Json subscription = account.metered_subscription();
  use(account, subscription, "2");
  account.now += 5 * day;
  const Json anew =
      account.post(subscription_path(subscription), {{"billing_cycle_anchor", "now"}}).body;
  CHECK(anew["billing_cycle_anchor"] == account.now);
  CHECK(anew["current_period_start"] == account.now);
  const Json invoice = invoices(account, subscription)[0];
  CHECK(invoice["billing_reason"] == "subscription_update");
  CHECK(invoice["total"] == 16000);
  account.version = "2026-10-28.endive";
  CHECK(account.post(subscription_path(subscription), {{"billing_cycle_anchor", "now"}}).status ==
        400);
  CHECK(account.post(subscription_path(subscription), {{"billing_cycle_anchor[type]", "now"}})
            .status == 200);
}

TEST_CASE("cancel_at ends a subscription at that moment, with what was used until then") {
  Account account;
  const Json subscription = account.metered_subscription();
  const std::int64_t begun = account.now;
  const std::string when = std::to_string(begun + 10 * day);
  const Json planned = account.post(subscription_path(subscription), {{"cancel_at", when}}).body;
  CHECK(planned["cancel_at"] == begun + 10 * day);
  CHECK(planned["cancel_at_period_end"] == false);
  CHECK(planned["canceled_at"] == begun);
  CHECK(account.post(subscription_path(subscription), {{"cancel_at", ""}})
            .body["cancel_at"]
            .is_null());
  CHECK(account.post(subscription_path(subscription), {{"cancel_at", "1000"}}).error()["param"] ==
        "cancel_at");
  account.post(subscription_path(subscription), {{"cancel_at", when}});
  account.now += 9 * day;
  use(account, subscription, "1");
  CHECK(
      account.get("/v1/invoices/upcoming", {{"subscription", subscription["id"]}}).body["total"] ==
      8000);
  account.now += 9 * day;
  const Json ended = account.get(subscription_path(subscription)).body;
  CHECK(ended["status"] == "canceled");
  CHECK(ended["ended_at"] == begun + 10 * day);
  CHECK(invoices(account, subscription)[0]["total"] == 8000);
}

TEST_CASE("an end within a licensed period is not emulated, one at its boundary is") {
  Account account;
  const Json subscription = licensed(account);
  const std::int64_t boundary = subscription["current_period_end"];
  const auto ends = [&](std::int64_t when, const std::string& behaviour) {
    return account
        .post(subscription_path(subscription),
              {{"cancel_at", std::to_string(when)}, {"proration_behavior", behaviour}})
        .status;
  };
  CHECK(ends(boundary - day, "create_prorations") == 400);
  CHECK(ends(boundary - day, "none") == 200);
  CHECK(ends(boundary + day, "none") == 400);
  CHECK(ends(boundary, "create_prorations") == 200);
  account.now = boundary;
  CHECK(account.get(subscription_path(subscription)).body["status"] == "canceled");
  CHECK(invoices(account, subscription).size() == 1);
}

TEST_CASE("invoice_now bills the usage of a subscription that is canceled") {
  Account account;
  const Json subscription = account.metered_subscription();
  use(account, subscription, "3");
  account.now += day;
  CHECK(account.remove(subscription_path(subscription) + "?prorate=true").status == 400);
  const Json canceled =
      account
          .remove(subscription_path(subscription) +
                  "?invoice_now=true&cancellation_details%5Bcomment%5D=bye&cancellation_details"
                  "%5Bfeedback%5D=unused")
          .body;
  CHECK(canceled["status"] == "canceled");
  CHECK(canceled["cancellation_details"]["comment"] == "bye");
  CHECK(canceled["cancellation_details"]["feedback"] == "unused");
  const Json invoice = account.get("/v1/invoices/" + std::string(canceled["latest_invoice"])).body;
  CHECK(invoice["total"] == 24000);
  CHECK(invoice["lines"]["data"][0]["quantity"] == 3);
  CHECK(invoice["period_end"] == account.now);
  account.now += 60 * day;
  CHECK(invoices(account, subscription).size() == 2);
}

TEST_CASE("an anchor in the future leaves a first period that costs nothing") {
  Account account;
  const std::string clock =
      account.post("/v1/test_helpers/test_clocks", {{"frozen_time", std::to_string(january_31)}})
          .body["id"];
  const std::string customer =
      account.post("/v1/customers", {{"test_clock", clock}, {"email", "a@example.com"}}).body["id"];
  const Fields fields = {{"customer", customer},
                         {"items[0][price]", account.licensed_price(account.product())},
                         {"billing_cycle_anchor", std::to_string(january_31 + 10 * day)}};
  CHECK(account.post("/v1/subscriptions", fields).status == 400);
  Fields plain = fields;
  plain.emplace_back("proration_behavior", "none");
  const Json subscription = account.post("/v1/subscriptions", plain).body;
  CHECK(subscription["status"] == "active");
  CHECK(subscription["latest_invoice"].is_null());
  CHECK(subscription["current_period_end"] == january_31 + 10 * day);
  plain[2].second = std::to_string(january_31 + 40 * day);
  CHECK(account.post("/v1/subscriptions", plain).error()["param"] == "billing_cycle_anchor");
}

TEST_CASE("a subscription can be made with its end, its settings and extras of the first invoice") {
  Account account;
  const std::string product = account.product();
  const Json made = account
                        .post("/v1/subscriptions",
                              {{"customer", account.customer()},
                               {"items[0][price]", account.metered_price(product)},
                               {"add_invoice_items[0][price_data][currency]", "usd"},
                               {"add_invoice_items[0][price_data][product]", product},
                               {"add_invoice_items[0][price_data][unit_amount]", "0"},
                               {"payment_settings[save_default_payment_method]", "on_subscription"},
                               {"cancel_at_period_end", "true"}})
                        .body;
  CHECK(made["cancel_at"] == made["current_period_end"]);
  CHECK(made["cancel_at_period_end"] == true);
  CHECK(made["payment_settings"]["save_default_payment_method"] == "on_subscription");
  const Json invoice = account.get("/v1/invoices/" + std::string(made["latest_invoice"])).body;
  CHECK(invoice["lines"]["data"].size() == 2);
}

}  // namespace sandbox_test
