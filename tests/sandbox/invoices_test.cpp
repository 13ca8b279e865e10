// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

/// A customer with a card that works.
std::string payer(Account& account) {
  const std::string customer = account.customer();
  const Json subscription =
      account.pay(account.session(customer, account.metered_price(account.product()))["id"]);
  account.post("/v1/customers/" + customer, {{"invoice_settings[default_payment_method]",
                                              subscription["default_payment_method"]}});
  account.remove("/v1/subscriptions/" + std::string(subscription["id"]));
  return customer;
}

std::string one_time_price(Account& account, const std::string& product) {
  return account
      .post("/v1/prices", {{"product", product}, {"currency", "usd"}, {"unit_amount", "500"}})
      .body["id"];
}

Json item(Account& account, const std::string& customer, const Fields& extra) {
  Fields fields = {{"customer", customer}};
  fields.insert(fields.end(), extra.begin(), extra.end());
  const Answer answer = account.post("/v1/invoiceitems", fields);
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body;
}

Json invoice(Account& account, const std::string& customer, const Fields& extra = {}) {
  Fields fields = {{"customer", customer}};
  fields.insert(fields.end(), extra.begin(), extra.end());
  const Answer answer = account.post("/v1/invoices", fields);
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body;
}

std::string path_of(const Json& object) {
  return "/v1/" + std::string(object["object"] == "invoice" ? "invoices/" : "invoiceitems/") +
         std::string(object["id"]);
}

}  // namespace

TEST_CASE("an invoice and a preview show ten of their lines, and the rest in lists") {
  Account account;
  const Json subscription = account.metered_subscription();
  for (int i = 0; i < 12; ++i) {
    item(account, subscription["customer"],
         {{"amount", "100"}, {"currency", "usd"}, {"subscription", subscription["id"]}});
  }
  const auto check_pages = [&](const Json& shown, std::size_t total, const std::string& list) {
    CHECK(shown["data"].size() == 10);
    CHECK(shown["has_more"] == true);
    CHECK(shown["total_count"] == total);
    const Json rest = account
                          .get(list, {{"subscription", subscription["id"]},
                                      {"starting_after", shown["data"][9]["id"]}})
                          .body;
    CHECK(rest["data"].size() == total - 10);
    CHECK(rest["has_more"] == false);
  };
  const Json coming =
      account.get("/v1/invoices/upcoming", {{"subscription", subscription["id"]}}).body;
  check_pages(coming["lines"], 13, "/v1/invoices/upcoming/lines");
  const Json draft = invoice(
      account, subscription["customer"],
      {{"subscription", subscription["id"]}, {"pending_invoice_items_behavior", "include"}});
  CHECK(draft["lines"]["data"].size() == 10);
  CHECK(account.get(path_of(draft) + "/lines", {{"limit", "100"}}).body["data"].size() == 12);
}

TEST_CASE("an invoice of one's own goes from draft to paid by hand") {
  Account account;
  const std::string customer = payer(account);
  item(account, customer, {{"amount", "1500"}, {"currency", "usd"}, {"description", "Set-up"}});
  const Json empty = invoice(account, customer);
  CHECK(empty["total"] == 0);
  CHECK(empty["billing_reason"] == "manual");
  CHECK(empty["auto_advance"] == false);
  CHECK(empty["subscription"].is_null());
  const Json draft = invoice(account, customer, {{"pending_invoice_items_behavior", "include"}});
  CHECK(draft["total"] == 1500);
  const Json& line = draft["lines"]["data"][0];
  CHECK(line["type"] == "invoiceitem");
  CHECK(line["description"] == "Set-up");
  CHECK(line["price"]["unit_amount"] == 1500);
  CHECK(std::string(line["invoice_item"]).starts_with("ii_"));
  account.now += 2 * day;
  CHECK(account.get(path_of(draft)).body["status"] == "draft");
  const Json open = account.post(path_of(draft) + "/finalize").body;
  CHECK(open["status"] == "open");
  CHECK(open["amount_due"] == 1500);
  CHECK(open["attempted"] == false);
  account.now += 2 * day;
  CHECK(account.get(path_of(draft)).body["status"] == "open");
  CHECK(account.post(path_of(draft) + "/finalize").error()["message"] ==
        "This invoice is already finalized, you can't re-finalize a non-draft invoice.");
  CHECK(account.post(path_of(draft), {{"description", "x"}}).error()["param"] == "description");
  CHECK(account.post(path_of(draft), {{"metadata[a]", "b"}}).status == 200);
  CHECK(account.remove(path_of(draft)).error()["message"] == "You can only delete draft invoices.");
  CHECK(account.post(path_of(draft) + "/pay").body["status"] == "paid");
  CHECK(account.post(path_of(draft) + "/void").error()["message"] ==
        "Invoices with `paid` payments cannot be voided.");
}

TEST_CASE("auto_advance lets time finish an invoice of one's own") {
  Account account;
  const std::string customer = payer(account);
  const Json draft = invoice(account, customer, {{"auto_advance", "true"}});
  CHECK(draft["automatically_finalizes_at"] == account.now + hour + 1);
  item(account, customer, {{"invoice", draft["id"]}, {"amount", "900"}, {"currency", "usd"}});
  account.now += hour;
  const Json paid = account.get(path_of(draft)).body;
  CHECK(paid["status"] == "paid");
  CHECK(paid["total"] == 900);
}

TEST_CASE("an open invoice can be voided, given up, paid elsewhere or sent") {
  Account account;
  const std::string customer = account.customer();
  const auto open = [&](const Fields& extra = {}) {
    const Json draft = invoice(account, customer, extra);
    item(account, customer, {{"invoice", draft["id"]}, {"amount", "700"}, {"currency", "usd"}});
    account.post(path_of(draft) + "/finalize");
    return draft;
  };
  const Json first = open();
  CHECK(account.post(path_of(first) + "/pay").status == 400);
  CHECK(account.post(path_of(first) + "/send").status == 400);
  const Json voided = account.post(path_of(first) + "/void").body;
  CHECK(voided["status"] == "void");
  CHECK(voided["status_transitions"]["voided_at"] == account.now);
  CHECK(account.post(path_of(first) + "/void").error()["message"] ==
        "You can only pass in open invoices. This invoice isn't open.");

  const Json second = open();
  CHECK(account.post(path_of(second) + "/mark_uncollectible").body["status"] == "uncollectible");
  const Json elsewhere =
      account.post(path_of(second) + "/pay", {{"paid_out_of_band", "true"}}).body;
  CHECK(elsewhere["status"] == "paid");
  CHECK(elsewhere["paid_out_of_band"] == true);

  CHECK(
      account.post("/v1/invoices", {{"customer", customer}, {"collection_method", "send_invoice"}})
          .error()["param"] == "days_until_due");
  const Json third = open({{"collection_method", "send_invoice"}, {"days_until_due", "30"}});
  const Json sent = account.post(path_of(third) + "/send").body;
  CHECK(sent["due_date"] == account.now + 30 * day);
  const auto list = [&](const Fields& fields) {
    return account.get("/v1/invoices", fields).body["data"].size();
  };
  CHECK(list({{"collection_method", "send_invoice"}}) == 1);
  CHECK(list({{"due_date[gt]", std::to_string(account.now)}}) == 1);
  CHECK(list({{"customer", customer}, {"status", "void"}}) == 1);
  CHECK(list({{"customer", customer}}) == 3);
}

TEST_CASE("a deleted draft is gone, and its items wait again") {
  Account account;
  const std::string customer = account.customer();
  const Json pending = item(account, customer, {{"amount", "700"}, {"currency", "usd"}});
  const Json draft = invoice(account, customer, {{"pending_invoice_items_behavior", "include"}});
  CHECK(account.get(path_of(pending)).body["invoice"] == draft["id"]);
  CHECK(account.remove(path_of(draft)).body ==
        Json{{"id", draft["id"]}, {"object", "invoice"}, {"deleted", true}});
  CHECK(account.get(path_of(draft)).status == 404);
  CHECK(account.get("/v1/invoices").body["data"].empty());
  CHECK(account.get(path_of(pending)).body["invoice"].is_null());
  CHECK(account.get("/v1/invoiceitems", {{"pending", "true"}}).body["data"].size() == 1);
}

TEST_CASE("pending items join the next invoice of their subscription, credits too") {
  Account account;
  const Json subscription = account.metered_subscription();
  const std::string customer = subscription["customer"];
  const Json other =
      account.pay(account.session(customer, account.metered_price(account.product("Other")))["id"]);
  account.post("/v1/subscription_items/" + item_of(subscription) + "/usage_records",
               {{"quantity", "1"}});
  item(account, customer,
       {{"subscription", subscription["id"]},
        {"amount", "-1000"},
        {"currency", "usd"},
        {"description", "Sorry"}});
  account.now = subscription["current_period_end"].get<std::int64_t>();
  const auto lines = [&](const Json& of) {
    const Json now = account.get("/v1/subscriptions/" + std::string(of["id"])).body;
    return account.get("/v1/invoices/" + std::string(now["latest_invoice"])).body["lines"]["data"];
  };
  REQUIRE(lines(subscription).size() == 2);
  CHECK(lines(subscription)[0]["description"] == "Sorry");
  CHECK(lines(subscription)[0]["amount"] == -1000);
  CHECK(lines(subscription)[0]["subscription"] == subscription["id"]);
  CHECK(lines(other).size() == 1);
  account.now += hour;
  const Json paid =
      account.get("/v1/invoices", {{"subscription", subscription["id"]}}).body["data"][0];
  CHECK(paid["amount_paid"] == 7000);
}

TEST_CASE("a credit that is larger than the invoice stays with the customer") {
  Account account;
  const std::string customer = payer(account);
  const auto invoiced = [&](const std::string& amount) {
    const Json draft = invoice(account, customer);
    item(account, customer, {{"invoice", draft["id"]}, {"amount", amount}, {"currency", "usd"}});
    return account.post(path_of(draft) + "/pay").body;
  };
  const Json credit = invoiced("-1000");
  CHECK(credit["status"] == "paid");
  CHECK(credit["amount_due"] == 0);
  CHECK(credit["ending_balance"] == -1000);
  CHECK(account.get("/v1/customers/" + customer).body["balance"] == -1000);
  const Json next = invoiced("1500");
  CHECK(next["starting_balance"] == -1000);
  CHECK(next["amount_paid"] == 500);
  CHECK(account.get("/v1/customers/" + customer).body["balance"] == 0);
  // Too little to charge.
  const Json little = invoiced("49");
  CHECK(little["status"] == "paid");
  CHECK(little["payment_intent"].is_null());
  CHECK(account.get("/v1/customers/" + customer).body["balance"] == 49);
}

TEST_CASE("an invoice item is made of an amount, a price or a unit amount") {
  Account account;
  const std::string customer = account.customer();
  const std::string product = account.product("Hour");
  const std::string price = one_time_price(account, product);
  const Json priced = item(account, customer, {{"price", price}, {"quantity", "3"}});
  CHECK(priced["amount"] == 1500);
  CHECK(priced["description"] == "Hour");
  CHECK(priced["price"]["id"] == price);
  CHECK(priced["unit_amount"] == 500);
  CHECK(item(account, customer, {{"unit_amount_decimal", "-0.5"}, {"quantity", "10"}})["amount"] ==
        -5);
  const Json made = item(account, customer,
                         {{"price_data[currency]", "usd"},
                          {"price_data[product]", product},
                          {"price_data[unit_amount]", "250"},
                          {"quantity", "2"}});
  CHECK(made["amount"] == 500);
  CHECK(made["price"]["active"] == false);
  const auto error = [&](const Fields& extra) {
    Fields fields = {{"customer", customer}};
    fields.insert(fields.end(), extra.begin(), extra.end());
    return account.post("/v1/invoiceitems", fields).error();
  };
  CHECK(error({{"price", account.licensed_price(product)}})["message"] ==
        "The price specified is set to `type=recurring` but this field only accepts prices with "
        "`type=one_time`.");
  CHECK(error({{"amount", "1"}, {"price", price}})["param"] == "amount");
  CHECK(error({{"amount", "1"}, {"currency", "usd"}, {"invoice", "in_x"}})["param"] == "invoice");
  CHECK(account.get("/v1/invoiceitems/x").error()["message"] ==
        "No such Invoice Item: 'x'(livemode=false)");

  account.version = "2026-10-28.endive";
  CHECK(error({{"price", price}})["message"] == "Received unknown parameter: price");
  const Json basil = item(account, customer, {{"pricing[price]", price}});
  CHECK(basil["pricing"]["price_details"]["price"] == price);
  CHECK(basil["net_amount"] == 500);
  CHECK_FALSE(basil.contains("price"));
}

TEST_CASE("an invoice item changes and goes until its invoice is final") {
  Account account;
  const std::string customer = account.customer();
  const Json draft = invoice(account, customer);
  const Json one =
      item(account, customer, {{"invoice", draft["id"]}, {"amount", "700"}, {"currency", "usd"}});
  const Json two =
      item(account, customer, {{"invoice", draft["id"]}, {"amount", "100"}, {"currency", "usd"}});
  account.post(path_of(one), {{"amount", "800"}, {"description", "More"}});
  CHECK(account.get(path_of(draft)).body["total"] == 900);
  CHECK(account.get(path_of(draft) + "/lines").body["data"][0]["description"] == "More");
  CHECK(account.remove(path_of(two)).body["deleted"] == true);
  CHECK(account.get(path_of(two)).status == 404);
  CHECK(account.get(path_of(draft)).body["total"] == 800);
  account.post(path_of(draft) + "/finalize");
  CHECK(account.remove(path_of(one)).status == 400);
  CHECK(account.post(path_of(one), {{"amount", "1"}}).status == 400);
  CHECK(account
            .post("/v1/invoiceitems", {{"customer", customer},
                                       {"invoice", draft["id"]},
                                       {"amount", "1"},
                                       {"currency", "usd"}})
            .error()["code"] == "invoice_not_editable");
}

}  // namespace sandbox_test
