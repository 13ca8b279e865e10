// SPDX-License-Identifier: Apache-2.0
#include "bad_requests.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

const std::string text_of_5001 = std::string(5001, 'x');
const std::string text_of_504 = std::string(504, 'v');

}  // namespace

TEST_CASE("parameters are refused in Stripe's words") {
  Account account;
  const Ids names = furnished(account);
  const std::vector<Bad> table = {
      {"an unknown parameter",
       "POST",
       "/v1/products",
       {{"name", "x"}, {"wat", "1"}},
       unknown_param("wat")},
      {"several unknown parameters",
       "POST",
       "/v1/products",
       {{"name", "x"}, {"a", "1"}, {"b", "2"}},
       {.code = "parameter_unknown", .message = "Received unknown parameters: a, b", .param = "a"}},
      {"an unknown parameter below another",
       "POST",
       "/v1/customers",
       {{"invoice_settings[nope]", "1"}},
       unknown_param("invoice_settings[nope]")},
      {"an unknown parameter of a list",
       "GET",
       "/v1/customers",
       {{"wat", "1"}},
       unknown_param("wat")},
      {"a parameter that can't be changed",
       "POST",
       "/v1/prices/<licensed>",
       {{"unit_amount", "1"}},
       unknown_param("unit_amount")},
      {"a required parameter is missing", "POST", "/v1/products", {}, missing_param("name")},
      {"one below another is missing",
       "POST",
       "/v1/prices",
       {{"product", "<product>"},
        {"currency", "usd"},
        {"unit_amount", "1"},
        {"recurring[interval_count]", "1"}},
       missing_param("recurring[interval]")},
      {"an empty text",
       "POST",
       "/v1/products",
       {{"name", ""}},
       {.code = "parameter_invalid_empty", .message = empty_text("name"), .param = "name"}},
      {"an empty text below another",
       "POST",
       session_path,
       session_fields({{"line_items[0][price]", ""}}),
       {.code = "parameter_invalid_empty",
        .message = empty_text("line_items[0][price]"),
        .param = "line_items[0][price]"}},
      {"a word for an integer",
       "GET",
       "/v1/customers",
       {{"limit", "abc"}},
       bad_integer("Invalid integer: abc", "limit")},
      {"a fraction for an integer",
       "POST",
       item_records,
       {{"quantity", "1.5"}},
       bad_integer("Invalid integer: 1.5", "quantity")},
      {"an empty integer", "POST", session_path,
       session_fields({{"line_items[0][price]", "<metered>"}, {"line_items[0][quantity]", ""}}),
       bad_integer("Invalid integer: ", "line_items[0][quantity]")},
      {"a negative amount",
       "POST",
       "/v1/prices",
       {{"product", "<product>"}, {"currency", "usd"}, {"unit_amount", "-1"}},
       bad_integer("Invalid non-negative integer", "unit_amount")},
      {"a wrong choice of two",
       "POST",
       item_records,
       {{"quantity", "1"}, {"action", "add"}},
       {.message = "Invalid action: must be one of increment or set", .param = "action"}},
      {"a wrong choice of many",
       "GET",
       "/v1/invoices",
       {{"status", "x"}},
       {.message = "Invalid status: must be one of draft, open, void, paid, or uncollectible",
        .param = "status"}},
      {"two parameters of which one is allowed",
       "POST",
       session_path,
       session_fields(metered_line,
                      {{"customer", "<customer>"}, {"customer_email", "a@example.com"}}),
       {.message = "You may only specify one of these parameters: customer, customer_email.",
        .param = "customer"}},
      {"a currency that is none",
       "POST",
       "/v1/prices",
       {{"product", "<product>"}, {"currency", "xyz"}, {"unit_amount", "1"}},
       {.message = "Invalid currency: xyz. Stripe currently supports these currencies: usd, aed...",
        .param = "currency"}},
      {"a text that is too long",
       "POST",
       "/v1/products",
       {{"name", text_of_5001}},
       {.message = "Invalid string: xxx...xxx; must be at most 5000 characters", .param = "name"}},
      {"an address that is none",
       "POST",
       "/v1/customers",
       {{"email", "nobody"}},
       {.code = "email_invalid", .message = "Invalid email address: nobody", .param = "email"}},
      {"a URL without a scheme",
       "POST",
       session_path,
       {{"mode", "subscription"},
        {"line_items[0][price]", "<metered>"},
        {"success_url", "example.com"}},
       {.code = "url_invalid", .message = "Not a valid URL", .param = "success_url"}},
      {"a URL that is code",
       "POST",
       session_path,
       session_fields(metered_line, {{"cancel_url", "javascript:alert(1)"}}),
       {.code = "url_invalid", .message = "Not a valid URL", .param = "cancel_url"}},
      {"a metadata value that is too long",
       "POST",
       "/v1/customers",
       {{"metadata[k]", text_of_504}},
       {.message = "Metadata values can have up to 500 characters, but you passed in a value that "
                   "is 504 characters. Invalid value: " +
                   text_of_504,
        .param = "metadata[k]"}},
      {"an unknown cursor",
       "GET",
       "/v1/customers",
       {{"starting_after", "cus_aaa"}},
       absent(400, "No such customer: 'cus_aaa'", "starting_after")},
      {"both cursors",
       "GET",
       "/v1/customers",
       {{"starting_after", "<customer>"}, {"ending_before", "<second>"}},
       {.message = "Received both starting_after and ending_before parameters. Please pass in "
                   "only one."}},
      {"an unknown cursor beside another",
       "GET",
       "/v1/customers",
       {{"starting_after", "<customer>"}, {"ending_before", "cus_aaa"}},
       absent(400, "No such customer: 'cus_aaa'", "ending_before")},
      {"an expansion of what is no reference",
       "GET",
       "/v1/prices/<licensed>",
       {{"expand[]", "nickname"}},
       {.message = "This property cannot be expanded (nickname)."}},
      {"an expansion without `data` in a list",
       "GET",
       "/v1/prices",
       {{"expand[]", "product"}},
       {.message = "This property cannot be expanded (product). You may want..."}},
      {"an expansion of five levels",
       "GET",
       "/v1/prices/<licensed>",
       {{"expand[]", "a.b.c.d.e"}},
       {.message = "You cannot expand more than 4 levels of a property. Property: a.b.c.d.e"}},
  };
  check_all(account, table, names);
}

TEST_CASE("keys, versions, routes and idempotency keys are refused in Stripe's words") {
  Account account;
  const Ids names = furnished(account);
  check_all(account,
            {{"a version that is none",
              "GET",
              "/v1/account",
              {},
              {.message = "Invalid Stripe API version: not-a-real-version"},
              "",
              "not-a-real-version"},
             {"a route that is none", "POST", "/v1/wat", {}, unrecognized("POST: /v1/wat")},
             {"a method that a route lacks",
              "DELETE",
              "/v1/prices/price_1",
              {},
              unrecognized("DELETE: /v1/prices/price_1")}},
            names);

  CHECK(account.post("/v1/products", {{"name", "Tea"}}, "once").status == 200);
  const std::string advice =
      "Try using a key other than 'once' if you meant to execute a different request.";
  check_all(account,
            {{"a key with other parameters",
              "POST",
              "/v1/products",
              {{"name", "Milk"}},
              {.type = "idempotency_error",
               .message = "Keys for idempotent requests can only be used with the same parameters "
                          "they were first used with. " +
                          advice},
              "once"},
             {"a key at another endpoint",
              "POST",
              "/v1/customers",
              {},
              {.type = "idempotency_error",
               .message = "Keys for idempotent requests can only be used for the same endpoint "
                          "they were first used for ('/v1/customers' vs '/v1/products'). " +
                          advice},
              "once"}},
            names);

  for (const auto& [key, message] :
       Ids{{"sk_live_abcdefgh1234", "Invalid API Key provided: sk_live_********1234"},
           {"nonsense", "Invalid API Key provided: ****ense"}}) {
    const Answer answer =
        account.send("GET", "/v1/account", {}, {{"Authorization", "Bearer " + key}});
    check_refused(answer, {.status = 401, .message = message}, names);
    CHECK(answer.header("WWW-Authenticate") == "Basic realm=\"Stripe\"");
  }
  check_refused(
      account.send("GET", "/v1/account", {}, {{"Authorization", "Bearer pk_test_abcdefgh1234"}}),
      {.status = 401,
       .code = "secret_key_required",
       .message = "This API call cannot be made with a publishable API key. Please use a secret "
                  "API key. You can find a list of your API keys at "
                  "https://dashboard.stripe.com/account/apikeys."});
  check_refused(account.send("GET", "/v1/account"),
                {.status = 401,
                 .message = "You did not provide an API key. You need to provide your API key in "
                            "the Authorization header, using Bearer auth (e.g. 'Authorization: "
                            "Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api"
                            "#authentication for details, or we can help at "
                            "https://support.stripe.com/."},
                names);
  // sk_test_sandbox: with an empty password.
  CHECK(
      account.send("GET", "/v1/account", {}, {{"Authorization", "Basic c2tfdGVzdF9zYW5kYm94Og=="}})
          .status == 200);
}

}  // namespace sandbox_test
