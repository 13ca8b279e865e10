// SPDX-License-Identifier: Apache-2.0
#include "scripted_client.hpp"

#include <doctest/doctest.h>

using billing::CustomerId;
using billing::ErrorCode;
using billing::IdempotencyKey;
using billing::InvoiceId;
using billing::InvoiceItemId;
using billing::parameter;
using billing::PaymentMethodId;
using billing::Second;
using billing::tests::list_json;
using billing::tests::ScriptedClient;

namespace {

std::string invoice_json(const std::string& fields, const std::string& lines = "",
                         bool more_lines = false) {
  return R"({"id":"in_1","object":"invoice","customer":"cus_1","status":"open","total":16000,)"
         R"("amount_remaining":16000,"currency":"usd","created":1767225600,"metadata":{},)" +
         fields + R"("lines":)" + list_json(lines, more_lines) + "}";
}

std::string line_json(const std::string& fields) {
  return R"({"id":"il_1","description":"d","amount":8000,"currency":"usd","quantity":1,)" + fields +
         R"("period":{"start":1767225600,"end":1769904000}})";
}

std::string invoice_item_json(const std::string& fields) {
  return R"({"id":"ii_1","object":"invoiceitem","customer":"cus_1","description":null,)"
         R"("quantity":2,"amount":16000,"currency":"usd","metadata":{},)" +
         fields + R"("invoice":null})";
}

const IdempotencyKey some_key("k");

}  // namespace

TEST_CASE("an invoice is read alike before and since basil") {
  const std::string acacia = invoice_json(
      R"("subscription":"sub_1","payment_intent":null,)",
      line_json(R"("subscription_item":"si_1","price":{"recurring":{"usage_type":"metered"}},)") +
          "," + line_json(R"("invoice_item":"ii_1","price":{"recurring":null},)"));
  const std::string basil =
      invoice_json(R"("parent":{"type":"subscription_details",)"
                   R"("subscription_details":{"subscription":"sub_1"}},)",
                   line_json(R"("parent":{"invoice_item_details":null,)"
                             R"("subscription_item_details":{"subscription_item":"si_1"}},)") +
                       "," +
                       line_json(R"("parent":{"subscription_item_details":null,)"
                                 R"("invoice_item_details":{"invoice_item":"ii_1"}},)"));
  for (const std::string& body : {acacia, basil}) {
    ScriptedClient world;
    world.transport.answer(200, body);
    const auto invoice = world.client.invoice(InvoiceId("in_1"));
    REQUIRE_MESSAGE(invoice, invoice.error().message);
    CHECK(invoice->subscription.text() == "sub_1");
    CHECK(invoice->failed_payment_method.empty());
    REQUIRE(invoice->lines.size() == 2);
    CHECK(invoice->lines[0].item.text() == "si_1");
    CHECK(invoice->lines[0].invoice_item.empty());
    CHECK(invoice->lines[1].item.empty());
    CHECK(invoice->lines[1].invoice_item.text() == "ii_1");
    CHECK(invoice->lines[0].metered == (body == acacia));
  }
}

TEST_CASE("the card of a charge that failed is found in the payment intent") {
  for (const std::string method : {R"("pm_bad")", R"({"id":"pm_bad","object":"payment_method"})"}) {
    ScriptedClient world;
    world.transport.answer(
        200, invoice_json(R"("payment_intent":{"id":"pi_1","status":"requires_payment_method",)"
                          R"("last_payment_error":{"payment_method":)" +
                          method + "}},"));
    const auto invoice = world.client.invoice(InvoiceId("in_1"));
    REQUIRE_MESSAGE(invoice, invoice.error().message);
    CHECK(invoice->failed_payment_method.text() == "pm_bad");
    CHECK(parameter(world.sent(0).query, "expand[]") == "payment_intent");
  }
}

TEST_CASE("lines beyond an invoice's first are read page by page") {
  ScriptedClient world;
  const std::string line = line_json("");
  world.transport.answer(200, list_json(invoice_json("", line, true)))
      .answer(200, list_json(line, true))
      .answer(200, list_json(line + "," + line));
  const auto invoices = world.client.invoices(CustomerId("cus_1"));
  REQUIRE_MESSAGE(invoices, invoices.error().message);
  CHECK(invoices->front().lines.size() == 3);
  CHECK(parameter(world.sent(0).query, "expand[]") == "data.payment_intent");
  CHECK(world.sent(1).path == "/v1/invoices/in_1/lines");
  CHECK(parameter(world.sent(2).query, "starting_after") == "il_1");
  CHECK(world.transport.used_up());
}

TEST_CASE("an invoice by hand is one that Stripe neither fills nor collects") {
  ScriptedClient world;
  for (int i = 0; i < 4; ++i) world.transport.answer(200, invoice_json(""));
  REQUIRE(world.client.create_invoice({.customer = CustomerId("cus_1"),
                                       .currency = "usd",
                                       .default_payment_method = PaymentMethodId("pm_1"),
                                       .metadata = {{"subscription", "sub_1"}}},
                                      some_key));
  CHECK(world.sent(0).body ==
        "customer=cus_1&currency=usd&auto_advance=false&pending_invoice_items_behavior=exclude"
        "&default_payment_method=pm_1&metadata[subscription]=sub_1");
  REQUIRE(world.client.finalize_invoice(InvoiceId("in_1"), some_key));
  CHECK(world.sent(1).path == "/v1/invoices/in_1/finalize");
  CHECK(world.sent(1).body == "auto_advance=false");
  REQUIRE(world.client.pay_invoice(InvoiceId("in_1"), PaymentMethodId("pm_2"), some_key));
  CHECK(world.sent(2).path == "/v1/invoices/in_1/pay");
  CHECK(world.sent(2).body == "off_session=true&payment_method=pm_2");
  REQUIRE(world.client.let_stripe_collect(InvoiceId("in_1"), some_key));
  CHECK(world.sent(3).path == "/v1/invoices/in_1");
  CHECK(world.sent(3).body == "auto_advance=true");
}

TEST_CASE("an invoice item costs its price, or an amount for each unit of a product") {
  ScriptedClient world;
  world.transport
      .answer(200, invoice_item_json(R"("price":{"id":"price_1"},"subscription":"sub_1",)"))
      .answer(200, invoice_item_json(R"("price":null,"subscription":null,)"));
  const auto priced =
      world.client.create_invoice_item({.customer = CustomerId("cus_1"),
                                        .subscription = billing::SubscriptionId("sub_1"),
                                        .price = billing::PriceId("price_1"),
                                        .quantity = 6},
                                       some_key);
  REQUIRE_MESSAGE(priced, priced.error().message);
  CHECK(priced->price.text() == "price_1");
  CHECK(priced->subscription.text() == "sub_1");
  CHECK(world.sent(0).body == "customer=cus_1&quantity=6&subscription=sub_1&price=price_1");
  const auto by_amount =
      world.client.create_invoice_item({.customer = CustomerId("cus_1"),
                                        .invoice = InvoiceId("in_1"),
                                        .unit_amount = {8000, "usd"},
                                        .product = billing::ProductId("prod_1"),
                                        .quantity = 2,
                                        .description = "sessions",
                                        .period_start = Second(std::chrono::seconds(100)),
                                        .period_end = Second(std::chrono::seconds(200)),
                                        .metadata = {{"event", "use_1"}}},
                                       some_key);
  REQUIRE_MESSAGE(by_amount, by_amount.error().message);
  CHECK(by_amount->price.empty());
  CHECK(by_amount->description.empty());
  CHECK(world.sent(1).body ==
        "customer=cus_1&quantity=2&invoice=in_1&price_data[currency]=usd"
        "&price_data[product]=prod_1&price_data[unit_amount]=8000&description=sessions"
        "&period[start]=100&period[end]=200&metadata[event]=use_1");
}

TEST_CASE("to delete what is gone is a success, and to be refused is not") {
  const std::string gone =
      R"({"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such"}})";
  const std::string final = R"({"error":{"type":"invalid_request_error",)"
                            R"("message":"You can only delete draft invoices."}})";
  ScriptedClient world;
  world.transport.answer(200, R"({"id":"in_1","deleted":true})")
      .answer(404, gone)
      .answer(400, final)
      .answer(404, gone);
  CHECK(world.client.delete_draft_invoice(InvoiceId("in_1")));
  CHECK(world.client.delete_draft_invoice(InvoiceId("in_1")));
  const auto refused = world.client.delete_draft_invoice(InvoiceId("in_1"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid);
  CHECK(world.client.delete_invoice_item(InvoiceItemId("ii_1")));
  CHECK(world.sent(0).method == "DELETE");
  CHECK(world.sent(3).path == "/v1/invoiceitems/ii_1");
  CHECK(world.transport.used_up());
}
