// SPDX-License-Identifier: Apache-2.0
#include "bad_requests.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

const std::string basil = "2025-03-31.basil";
const std::string endive = "2026-10-28.endive";

/// Adds a customer whose default is a card that was attached.
std::string payer(Account& account, const std::string& token) {
  const std::string customer = account.customer();
  const std::string card =
      made(account, "/v1/payment_methods", {{"type", "card"}, {"card[token]", token}});
  made(account, "/v1/payment_methods/" + card + "/attach", {{"customer", customer}});
  return made(account, "/v1/customers/" + customer,
              {{"invoice_settings[default_payment_method]", card}});
}

/// A draft over 20 dollars.
std::string draft(Account& account, const std::string& customer) {
  made(account, "/v1/invoiceitems",
       {{"customer", customer}, {"amount", "2000"}, {"currency", "usd"}});
  return made(account, "/v1/invoices",
              {{"customer", customer}, {"pending_invoice_items_behavior", "include"}});
}

}  // namespace

TEST_CASE("what a version no longer has is refused in Stripe's words") {
  Account account;
  const Ids names = furnished(account);
  const Fields metered = {{"product", "<product>"},
                          {"currency", "usd"},
                          {"unit_amount", "1"},
                          {"recurring[interval]", "month"},
                          {"recurring[usage_type]", "metered"}};
  Fields aggregated = metered;
  aggregated.push_back({"recurring[aggregate_usage]", "max"});
  const std::vector<Bad> table = {
      {"a metered price without a meter",
       "POST",
       "/v1/prices",
       metered,
       {.message = "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed "
                   "by meters."},
       "",
       basil},
      {"an aggregation of a price", "POST", "/v1/prices", aggregated,
       unknown_param("recurring[aggregate_usage]"), "", basil},
      {"a usage record",
       "POST",
       item_records,
       {{"quantity", "1"}},
       unrecognized("POST: /v1/subscription_items/<item>/usage_records"),
       "",
       basil},
      {"an invoice item's price",
       "POST",
       "/v1/invoiceitems",
       {{"customer", "<customer>"}, {"price", "<one_time>"}},
       unknown_param("price"),
       "",
       basil},
      {"the payment methods of a session", "POST", session_path,
       session_fields(licensed_line, {{"payment_method_types[0]", "card"}}),
       unknown_param("payment_method_types"), "", endive},
  };
  check_all(account, table, names);
}

TEST_CASE("what meters do not allow is refused in Stripe's words") {
  Account account;
  Ids names = furnished(account);
  const std::string customer = payer(account, "tok_visa");
  const std::string meter = made(account, "/v1/billing/meters",
                                 {{"display_name", "Sessions"},
                                  {"event_name", "sessions"},
                                  {"default_aggregation[formula]", "sum"}});
  const std::string price = made(account, "/v1/prices",
                                 {{"product", names["product"]},
                                  {"currency", "usd"},
                                  {"unit_amount", "8000"},
                                  {"recurring[interval]", "month"},
                                  {"recurring[usage_type]", "metered"},
                                  {"recurring[meter]", meter}});
  const Answer subscription =
      account.post("/v1/subscriptions", {{"customer", customer}, {"items[0][price]", price}});
  REQUIRE_MESSAGE(subscription.status == 200, subscription.text);
  names["counted"] = item_of(subscription.body);
  const Fields event = {{"event_name", "sessions"},
                        {"identifier", "once"},
                        {"payload[stripe_customer_id]", customer},
                        {"payload[value]", "1"}};
  CHECK(account.post("/v1/billing/meter_events", event).status == 200);
  const std::vector<Bad> table = {
      {"a usage record beside a meter",
       "POST",
       "/v1/subscription_items/<counted>/usage_records",
       {{"quantity", "1"}},
       {.message = "Cannot create a usage record for `<counted>` because it is not on the legacy "
                   "metered billing system. Call /v1/billing/meter_events instead."}},
      {"summaries beside a meter",
       "GET",
       "/v1/subscription_items/<counted>/usage_record_summaries",
       {},
       {.message =
            "Cannot list usage record summaries for `<counted>` because it is not on the legacy "
            "metered billing system. Call /v1/billing/meters/:id/event_summaries instead."}},
      {"an event twice",
       "POST",
       "/v1/billing/meter_events",
       event,
       {.message = "An event already exists with identifier once."}},
      {"a meter without a name",
       "POST",
       "/v1/billing/meters",
       {{"event_name", "x"}, {"default_aggregation[formula]", "sum"}},
       missing_param("display_name")},
  };
  check_all(account, table, names);
}

TEST_CASE("what an invoice does not allow is refused in Stripe's words") {
  Account account;
  Ids names = furnished(account);
  const std::string customer = payer(account, "tok_visa");
  names["draft"] = draft(account, customer);
  names["open"] = draft(account, customer);
  made(account, "/v1/invoices/" + names["open"] + "/finalize", {});
  names["paid"] = draft(account, customer);
  made(account, "/v1/invoices/" + names["paid"] + "/pay", {});
  names["unpayable"] = draft(account, payer(account, "tok_chargeCustomerFail"));
  const std::vector<Bad> table = {
      {"a final one is finalised",
       "POST",
       "/v1/invoices/<open>/finalize",
       {},
       {.message = "This invoice is already finalized, you can't re-finalize a non-draft "
                   "invoice."}},
      {"a paid one is paid",
       "POST",
       "/v1/invoices/<paid>/pay",
       {},
       {.message = "Invoice is already paid"}},
      {"a card declines",
       "POST",
       "/v1/invoices/<unpayable>/pay",
       {},
       {.status = 402,
        .type = "card_error",
        .code = "card_declined",
        .message = "Your card was declined.",
        .decline_code = "generic_decline"}},
      {"a draft is voided",
       "POST",
       "/v1/invoices/<draft>/void",
       {},
       {.message = "You can only pass in open invoices. This invoice isn't open."}},
      {"a paid one is voided",
       "POST",
       "/v1/invoices/<paid>/void",
       {},
       {.message = "Invoices with `paid` payments cannot be voided."}},
      {"a final one is deleted",
       "DELETE",
       "/v1/invoices/<open>",
       {},
       {.message = "You can only delete draft invoices."}},
      {"a final one is changed",
       "POST",
       "/v1/invoices/<open>",
       {{"footer", "x"}},
       {.message = "Finalized invoices can't be updated in this way", .param = "footer"}},
      {"an item of a recurring price",
       "POST",
       "/v1/invoiceitems",
       {{"customer", "<customer>"}, {"price", "<licensed>"}},
       {.message = "The price specified is set to `type=recurring` but this field only accepts "
                   "prices with `type=one_time`.",
        .param = "price"}},
      {"an item that is none",
       "GET",
       "/v1/invoiceitems/ii_x",
       {},
       absent(404, "No such Invoice Item: 'ii_x'(livemode=false)", "id")},
      {"an item of nobody",
       "POST",
       "/v1/invoiceitems",
       {{"amount", "1"}, {"currency", "usd"}},
       missing_param("customer")},
  };
  check_all(account, table, names);
}

TEST_CASE("what cards and the portal do not allow is refused in Stripe's words") {
  Account account;
  Ids names = furnished(account);
  names["declined"] = made(account, "/v1/payment_methods",
                           {{"type", "card"}, {"card[token]", "tok_chargeDeclined"}});
  const std::vector<Bad> table = {
      {"a card that declines is attached",
       "POST",
       "/v1/payment_methods/<declined>/attach",
       {{"customer", "<customer>"}},
       {.status = 402,
        .type = "card_error",
        .code = "card_declined",
        .message = "Your card was declined.",
        .decline_code = "generic_decline"}},
      {"a card is attached to nobody",
       "POST",
       "/v1/payment_methods/<declined>/attach",
       {},
       {.code = "parameter_missing",
        .message = "Must provide customer or customer_account.",
        .param = "*"}},
      {"the portal for nobody",
       "POST",
       "/v1/billing_portal/sessions",
       {{"customer", "cus_x"}},
       absent(400, "No such customer: 'cus_x'", "customer")},
  };
  check_all(account, table, names);
}

TEST_CASE("what webhooks and clocks do not allow is refused in Stripe's words") {
  Account account;
  for (int i = 0; i < 16; ++i) {
    made(account, "/v1/webhook_endpoints",
         {{"url", "https://example.com/"}, {"enabled_events[]", "*"}});
  }
  const std::vector<Bad> table = {
      {"a seventeenth endpoint",
       "POST",
       "/v1/webhook_endpoints",
       {{"url", "https://example.com/"}, {"enabled_events[]", "*"}},
       {.message = "You have reached the maximum of 16 test webhook endpoints."}},
      {"an endpoint without events",
       "POST",
       "/v1/webhook_endpoints",
       {{"url", "https://example.com/"}},
       missing_param("enabled_events")},
      {"a clock without a time",
       "POST",
       "/v1/test_helpers/test_clocks",
       {},
       missing_param("frozen_time")},
  };
  check_all(account, table, {});
}

}  // namespace sandbox_test
