// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace sandbox_test {
namespace {

using Types = std::vector<std::string>;

const std::string newest_version = "2026-10-28.endive";
const std::string default_method = "invoice_settings[default_payment_method]";

Json all_events(Account& account, const Fields& fields = {}) {
  Fields all = {{"limit", "100"}};
  all.insert(all.end(), fields.begin(), fields.end());
  Json found = account.get("/v1/events", all).body["data"];
  std::ranges::reverse(found);
  return found;
}

/// What one action of a test brings about, oldest first.
template <class Action>
Types told_by(Account& account, Action action) {
  const std::size_t before = all_events(account).size();
  action();
  const Json after = all_events(account);
  Types types;
  for (std::size_t at = before; at < after.size(); ++at) types.push_back(after[at]["type"]);
  return types;
}

Json last_event(Account& account, const std::string& type) {
  const Json found = all_events(account, {{"type", type}});
  REQUIRE_MESSAGE(!found.empty(), type);
  return found.back();
}

std::string portal_of(Account& account, const std::string& customer) {
  const Answer answer =
      account.post("/v1/billing_portal/sessions",
                   {{"customer", customer}, {"return_url", "https://example.com/"}});
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  const std::string url = answer.body["url"];
  return url.substr(url.find("/p/"));
}

void allow_everything(Account& account) {
  const std::string cancel = "features[subscription_cancel]";
  REQUIRE(account
              .post("/v1/billing_portal/configurations",
                    {{"features[payment_method_update][enabled]", "true"},
                     {cancel + "[enabled]", "true"},
                     {cancel + "[cancellation_reason][enabled]", "true"},
                     {cancel + "[cancellation_reason][options][]", "unused"}})
              .status == 200);
}

}  // namespace

TEST_CASE("a test name given twice for a new customer is one payment method") {
  Account account;
  Json customer;
  const Types told = told_by(account, [&] {
    customer = account
                   .post("/v1/customers",
                         {{default_method, "pm_card_visa"}, {"payment_method", "pm_card_visa"}})
                   .body;
  });
  CHECK(told == Types{"customer.created", "payment_method.attached"});
  const Json methods =
      account.get("/v1/payment_methods", {{"customer", customer["id"]}}).body["data"];
  REQUIRE(methods.size() == 1);
  CHECK(customer["invoice_settings"]["default_payment_method"] == methods[0]["id"]);
  CHECK(last_event(account, "customer.created")["data"]["object"] == customer);
}

TEST_CASE("attaching, changing and detaching a payment method are told, and what they undo") {
  Account account;
  const std::string customer = account.customer();
  Json method;
  CHECK(
      told_by(account, [&] {
        method =
            account.post("/v1/payment_methods/pm_card_visa/attach", {{"customer", customer}}).body;
      }) == Types{"payment_method.attached"});
  const std::string path = "/v1/payment_methods/" + std::string(method["id"]);
  CHECK(told_by(account, [&] {
          account.post(path + "/attach", {{"customer", customer}});
        }).empty());
  CHECK(told_by(account, [&] {
          account.post(path, {{"metadata[foo]", "bar"}});
        }) == Types{"payment_method.updated"});
  CHECK(last_event(account, "payment_method.updated")["data"]["previous_attributes"] ==
        Json{{"metadata", {{"foo", nullptr}}}});
  CHECK(told_by(account, [&] { account.post(path, {{"metadata[foo]", "bar"}}); }).empty());

  account.post("/v1/customers/" + customer, {{default_method, method["id"]}});
  account.post("/v1/subscriptions",
               {{"customer", customer},
                {"default_payment_method", method["id"]},
                {"items[0][price]", account.licensed_price(account.product())}});
  CHECK(told_by(account, [&] { account.post(path + "/detach"); }) ==
        Types{"payment_method.detached", "customer.updated", "customer.subscription.updated"});
  const Json detached = last_event(account, "payment_method.detached")["data"];
  CHECK(detached["object"]["customer"].is_null());
  CHECK(detached["previous_attributes"] == Json{{"customer", customer}});
  CHECK(last_event(account, "customer.subscription.updated")["data"]["previous_attributes"] ==
        Json{{"default_payment_method", method["id"]}});
}

TEST_CASE("every turn of a setup intent is told") {
  Account account;
  const std::string customer = account.customer();
  const auto with = [&](const std::string& card) {
    return told_by(account, [&] {
      account.post("/v1/setup_intents",
                   {{"customer", customer}, {"payment_method", card}, {"confirm", "true"}});
    });
  };
  CHECK(with("pm_card_visa") ==
        Types{"setup_intent.created", "payment_method.attached", "setup_intent.succeeded"});
  CHECK(with("pm_card_chargeDeclined") ==
        Types{"setup_intent.created", "setup_intent.setup_failed"});
  CHECK(last_event(account,
                   "setup_intent.setup_failed")["data"]["object"]["last_setup_error"]["code"] ==
        "card_declined");
  CHECK(with("pm_card_authenticationRequired") ==
        Types{"setup_intent.created", "setup_intent.requires_action"});
  const Json waiting = last_event(account, "setup_intent.requires_action")["data"]["object"];
  const Json shown = account.get("/v1/setup_intents/" + std::string(waiting["id"])).body;
  CHECK(waiting == shown);
  CHECK(waiting["next_action"].is_object());
  CHECK(told_by(account, [&] {
          account.post("/v1/setup_intents/" + std::string(waiting["id"]) + "/cancel",
                       {{"cancellation_reason", "requested_by_customer"}});
        }) == Types{"setup_intent.canceled"});
}

TEST_CASE("portal settings and links are told") {
  Account account;
  const std::string path = "/v1/billing_portal/configurations";
  Json made;
  CHECK(told_by(account, [&] {
          made = account.post(path, {{"features[invoice_history][enabled]", "true"}}).body;
        }) == Types{"billing_portal.configuration.created"});
  CHECK(told_by(account, [&] {
          account.post(path + "/" + std::string(made["id"]), {{"metadata[foo]", "bar"}});
        }) == Types{"billing_portal.configuration.updated"});
  const std::string customer = account.customer();
  CHECK(told_by(account, [&] { portal_of(account, customer); }) ==
        Types{"billing_portal.session.created"});
  CHECK(last_event(account, "billing_portal.session.created")["data"]["object"]["customer"] ==
        customer);
}

TEST_CASE("what a person does in the portal is told") {
  Account account;
  allow_everything(account);
  const Json subscription = account.pay(account.session(
      "", account.licensed_price(account.product()), {{"line_items[0][quantity]", "1"}})["id"]);
  const std::string at = portal_of(account, subscription["customer"]);
  const std::string below = at + "/subscriptions/" + std::string(subscription["id"]);
  const Types changed = {"customer.subscription.updated"};
  const auto click = [&](const std::string& path, const Fields& fields = {}) {
    return told_by(account, [&] { account.submit(path, fields); });
  };
  CHECK(click(below + "/cancel") == changed);
  CHECK(click(below + "/reason", {{"reason", "unused"}}) == changed);
  CHECK(click(below + "/renew") == changed);
  CHECK(click(at + "/payment-methods", {{"number", "5555555555554444"},
                                        {"expiry", "12 / 34"},
                                        {"cvc", "123"},
                                        {"country", "US"},
                                        {"postalCode", "90210"}}) ==
        Types{"payment_method.attached", "setup_intent.created", "setup_intent.succeeded",
              "customer.updated", "customer.subscription.updated"});
  CHECK(click(at + "/payment-methods/" + std::string(subscription["default_payment_method"]) +
              "/remove") == Types{"payment_method.detached"});
  const std::string configuration =
      account.get("/v1/billing_portal/configurations").body["data"][0]["id"];
  account.post("/v1/billing_portal/configurations/" + configuration,
               {{"features[subscription_cancel][mode]", "immediately"}});
  CHECK(click(below + "/cancel") == Types{"customer.subscription.deleted"});
}

TEST_CASE("cards and portal of a clock's customer live by the clock, the link doesn't") {
  Account account;
  allow_everything(account);
  const auto told_at = [&](const std::string& type) {
    return last_event(account, type)["created"];
  };
  const std::string clock =
      account.post("/v1/test_helpers/test_clocks", {{"frozen_time", std::to_string(january_31)}})
          .body["id"];
  const std::string customer = account
                                   .post("/v1/customers", {{"test_clock", clock},
                                                           {"payment_method", "pm_card_visa"},
                                                           {default_method, "pm_card_visa"}})
                                   .body["id"];
  CHECK(told_at("payment_method.attached") == january_31);
  CHECK(account.get("/v1/payment_methods", {{"customer", customer}}).body["data"][0]["created"] ==
        january_31);
  const std::string subscription =
      account
          .post("/v1/subscriptions",
                {{"customer", customer},
                 {"items[0][price]", account.licensed_price(account.product())}})
          .body["id"];
  account.post("/v1/setup_intents", {{"customer", customer}});
  CHECK(told_at("setup_intent.created") == january_31);

  const std::string at = portal_of(account, customer);
  CHECK(told_at("billing_portal.session.created") == account.now);
  const std::string cancel = at + "/subscriptions/" + subscription + "/cancel";
  CHECK(account.submit(cancel, {}).status == 303);
  CHECK(told_at("customer.subscription.updated") == january_31);
  CHECK(account.get("/v1/subscriptions/" + subscription).body["canceled_at"] == january_31);
  account.now += 3601;
  CHECK(account.submit(cancel, {}).status == 410);
}

TEST_CASE("what came to cards and the portal with basil is hidden before it") {
  Account account;
  const std::string customer = account.customer();
  const std::string method =
      account.post("/v1/payment_methods/pm_card_visa/attach", {{"customer", customer}}).body["id"];
  const std::string intent = account.post("/v1/setup_intents").body["id"];
  allow_everything(account);
  const std::string configuration =
      account.get("/v1/billing_portal/configurations").body["data"][0]["id"];
  const std::string path = "/v1/billing_portal/configurations/" + configuration;
  const Answer refused = account.post(path, {{"name", "Mine"}});
  CHECK(refused.error()["code"] == "parameter_unknown");

  const auto check = [&](bool since) {
    CAPTURE(since);
    const Json card = account.get("/v1/payment_methods/" + method).body;
    CHECK(card.contains("customer_account") == since);
    CHECK(card["billing_details"].contains("tax_id") == since);
    CHECK(
        account.get("/v1/setup_intents/" + intent).body.contains("excluded_payment_method_types") ==
        since);
    const Json shown = account.get(path).body;
    CHECK(shown.contains("name") == since);
    const Json& features = shown["features"];
    CHECK(features["payment_method_update"].contains("payment_method_configuration") == since);
    CHECK(features["subscription_update"].contains("trial_update_behavior") == since);
    CHECK(features["subscription_update"].contains("billing_cycle_anchor") == since);
    const Answer session = account.post("/v1/billing_portal/sessions",
                                        {{"customer", customer}, {"return_url", "https://a.b/"}});
    CHECK(session.body.contains("customer_account") == since);
  };
  check(false);
  account.version = newest_version;
  check(true);
  CHECK(account.post(path, {{"name", "Mine"}}).body["name"] == "Mine");
}

}  // namespace sandbox_test
