// SPDX-License-Identifier: Apache-2.0
#include "bad_requests.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {

TEST_CASE("a way back is of http or https") {
  Account account;
  const std::string price = account.metered_price(account.product());
  for (const char* url : {"javascript:alert(1)", "example.com", "http://", "data:text/html,x"}) {
    check_refused(account.post("/v1/checkout/sessions", {{"mode", "subscription"},
                                                         {"line_items[0][price]", price},
                                                         {"success_url", url}}),
                  {.code = "url_invalid", .message = "Not a valid URL", .param = "success_url"});
  }
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
  check_refused(account.post("/v1/prices",
                             {{"product", product}, {"currency", "usd"}, {"tiers[0][up_to]", "1"}}),
                {.message = "not emulated: tiers", .param = "tiers"});
  check_refused(
      account.post("/v1/wat"),
      {.status = 404,
       .message = "Unrecognized request URL (POST: /v1/wat). Please see https://stripe.com/docs or "
                  "we can help at https://support.stripe.com/."});
  check_refused(
      account.remove("/v1/prices/price_1"),
      {.status = 404,
       .message = "Unrecognized request URL (DELETE: /v1/prices/price_1). Please see "
                  "https://stripe.com/docs or we can help at https://support.stripe.com/."});
}

}  // namespace sandbox_test
