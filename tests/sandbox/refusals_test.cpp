// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

/// What an answer must be, to the letter. An empty code or param must be absent.
struct Refused {
  int status = 400;
  std::string code{};
  std::string message{};
  std::string param{};
};

void check(const Answer& answer, const Refused& expected) {
  CAPTURE(expected.message);
  CAPTURE(answer.text);
  REQUIRE(answer.body.contains("error"));
  CHECK(answer.status == expected.status);
  CHECK(answer.error()["type"] == "invalid_request_error");
  CHECK(answer.error().value("code", "") == expected.code);
  CHECK(answer.error()["message"] == expected.message);
  CHECK(answer.error().value("param", "") == expected.param);
  CHECK(answer.error().contains("doc_url") == !expected.code.empty());
}

Answer line(Account& account, const Fields& line_fields) {
  Fields fields = {{"mode", "subscription"}, {"success_url", "https://example.com/"}};
  fields.insert(fields.end(), line_fields.begin(), line_fields.end());
  return account.post("/v1/checkout/sessions", fields);
}

}  // namespace

TEST_CASE("a checkout line is refused in Stripe's words") {
  Account account;
  const std::string product = account.product();
  const std::string metered = account.metered_price(product);
  const std::string licensed = account.licensed_price(product);

  check(line(account, {{"line_items[0][price]", metered}, {"line_items[0][quantity]", "1"}}),
        {.message = "Quantity should not be specified where usage_type is `metered`. Remove "
                    "quantity from `line_items[0]`",
         .param = "line_items[0][quantity]"});
  check(line(account, {{"line_items[0][price]", licensed}}),
        {.message = "Quantity is required. Add `quantity` to `line_items[0]`",
         .param = "line_items[0][quantity]"});
  check(line(account, {{"line_items[0][price]", "price_x"}}),
        {.code = "resource_missing",
         .message = "No such price: 'price_x'",
         .param = "line_items[0][price]"});
  check(line(account, {{"line_items[0][price]", metered}, {"line_items[0][quantity]", ""}}),
        {.code = "parameter_invalid_integer",
         .message = "Invalid integer: ",
         .param = "line_items[0][quantity]"});
  check(
      line(account, {{"line_items[0][price]", metered}, {"wat", "1"}}),
      {.code = "parameter_unknown", .message = "Received unknown parameter: wat", .param = "wat"});
  check(line(account, {{"line_items[0][price]", metered}, {"subscription_data[nope]", "1"}}),
        {.code = "parameter_unknown",
         .message = "Received unknown parameter: subscription_data[nope]",
         .param = "subscription_data[nope]"});
}

TEST_CASE("a session needs a place to return to, and only http and https will do") {
  Account account;
  const std::string price = account.metered_price(account.product());
  for (const char* url : {"javascript:alert(1)", "example.com", "http://", "data:text/html,x"}) {
    check(account.post(
              "/v1/checkout/sessions",
              {{"mode", "subscription"}, {"line_items[0][price]", price}, {"success_url", url}}),
          {.code = "url_invalid", .message = "Not a valid URL", .param = "success_url"});
  }
  check(account.post("/v1/checkout/sessions",
                     {{"mode", "subscription"}, {"line_items[0][price]", price}}),
        {.code = "parameter_missing",
         .message = "Missing required param: success_url.",
         .param = "success_url"});
}

TEST_CASE("a usage record is refused in Stripe's words") {
  Account account;
  const Json subscription = account.metered_subscription();
  const std::string path = "/v1/subscription_items/" + item_of(subscription) + "/usage_records";
  const std::int64_t start = subscription["current_period_start"];

  check(account.post(path, {{"quantity", "-1"}}), {.code = "parameter_invalid_integer",
                                                   .message = "Invalid non-negative integer",
                                                   .param = "quantity"});
  check(account.post(path, {{"quantity", "1.5"}}), {.code = "parameter_invalid_integer",
                                                    .message = "Invalid integer: 1.5",
                                                    .param = "quantity"});
  check(account.post(path), {.code = "parameter_missing",
                             .message = "Missing required param: quantity.",
                             .param = "quantity"});
  check(account.post(path, {{"quantity", "1"}, {"action", "add"}}),
        {.message = "Invalid action: must be one of increment or set", .param = "action"});
  check(account.post(path, {{"quantity", "1"}, {"timestamp", std::to_string(start - 1)}}),
        {.message = "Cannot create the usage record with this timestamp because timestamps must be "
                    "after the subscription's last invoice period (or current period start time).",
         .param = "timestamp"});
  check(
      account.post(path, {{"quantity", "1"}, {"timestamp", std::to_string(account.now + 301)}}),
      {.message = "Cannot create the usage record with this timestamp because the timestamp is in "
                  "the future.",
       .param = "timestamp"});
  check(account.post("/v1/subscription_items/si_nope/usage_records", {{"quantity", "1"}}),
        {.status = 404, .message = "Invalid subscription_item id: si_nope"});
  account.remove("/v1/subscriptions/" + std::string(subscription["id"]));
  check(account.post(path, {{"quantity", "1"}}),
        {.message = "Cannot create the usage record because the subscription has been canceled."});
}

TEST_CASE("without a test key nothing is served") {
  Account account;
  const auto with = [&](const std::string& header) {
    return account.send("GET", "/v1/account", {}, {{"Authorization", header}});
  };
  check(with("Bearer sk_live_abcdefgh1234"),
        {.status = 401, .message = "Invalid API Key provided: sk_live_********1234"});
  check(with("Bearer nonsense"), {.status = 401, .message = "Invalid API Key provided: ****ense"});
  check(
      account.send("GET", "/v1/account"),
      {.status = 401,
       .message = "You did not provide an API key. You need to provide your API key in the "
                  "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
                  "YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, "
                  "or we can help at https://support.stripe.com/."});
  CHECK(with("Bearer nonsense").header("WWW-Authenticate") == "Basic realm=\"Stripe\"");
  // sk_test_sandbox: with an empty password.
  CHECK(with("Basic c2tfdGVzdF9zYW5kYm94Og==").status == 200);
}

TEST_CASE("parameters are checked for unknown names, missing ones, and types") {
  Account account;
  check(
      account.post("/v1/products", {{"name", "x"}, {"a", "1"}, {"b", "2"}}),
      {.code = "parameter_unknown", .message = "Received unknown parameters: a, b", .param = "a"});
  check(account.post("/v1/products"),
        {.code = "parameter_missing", .message = "Missing required param: name.", .param = "name"});
  check(
      account.post("/v1/products", {{"name", ""}}),
      {.code = "parameter_invalid_empty",
       .message = "You passed an empty string for 'name'. We assume empty values are an attempt to "
                  "unset a parameter; however 'name' cannot be unset. You should remove 'name' "
                  "from your request or supply a non-empty value.",
       .param = "name"});
  check(account.get("/v1/customers", {{"limit", "abc"}}),
        {.code = "parameter_invalid_integer", .message = "Invalid integer: abc", .param = "limit"});
  check(account.get("/v1/invoices", {{"status", "x"}}),
        {.message = "Invalid status: must be one of draft, open, void, paid, or uncollectible",
         .param = "status"});
  check(account.post("/v1/customers", {{"email", "nobody"}}),
        {.code = "email_invalid", .message = "Invalid email address: nobody", .param = "email"});
  check(account.post("/v1/customers", {{"metadata[k]", std::string(504, 'v')}}),
        {.message = "Metadata values can have up to 500 characters, but you passed in a value that "
                    "is 504 characters. Invalid value: " +
                    std::string(504, 'v'),
         .param = "metadata[k]"});
}

TEST_CASE("what Stripe has and the stand-in doesn't is said to be not emulated") {
  Account account;
  for (const char* path : {"/v1/payment_intents", "/v1/coupons", "/v1/billing/alerts",
                           "/v1/test_helpers/customers/cus_1/fund_cash_balance"}) {
    const Answer answer = account.post(path);
    CHECK(answer.status == 404);
    CHECK(answer.error()["message"] == "not emulated: POST " + std::string(path));
  }
  for (const char* path : {"/v1/customers/search", "/v1/prices/search"}) {
    CHECK(account.get(path).error()["message"] == "not emulated: GET " + std::string(path));
  }
  const std::string product = account.product();
  check(account.post("/v1/prices",
                     {{"product", product}, {"currency", "usd"}, {"tiers[0][up_to]", "1"}}),
        {.message = "not emulated: tiers", .param = "tiers"});
  check(
      account.post("/v1/wat"),
      {.status = 404,
       .message = "Unrecognized request URL (POST: /v1/wat). Please see https://stripe.com/docs or "
                  "we can help at https://support.stripe.com/."});
  check(account.remove("/v1/prices/price_1"),
        {.status = 404,
         .message = "Unrecognized request URL (DELETE: /v1/prices/price_1). Please see "
                    "https://stripe.com/docs or we can help at https://support.stripe.com/."});
}

}  // namespace sandbox_test
