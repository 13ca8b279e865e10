// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

const std::string configurations_path = "/v1/billing_portal/configurations";
const std::string portal_sessions_path = "/v1/billing_portal/sessions";

Json configuration(Account& account, const Fields& extra = {}) {
  Fields fields = {{"features[invoice_history][enabled]", "true"}};
  fields.insert(fields.end(), extra.begin(), extra.end());
  const Answer answer = account.post(configurations_path, fields);
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body;
}

}  // namespace

TEST_CASE("a portal configuration shows every feature, switched off unless asked for") {
  Account account;
  const Json made = configuration(account, {{"business_profile[headline]", "Ada's shop"},
                                            {"features[subscription_cancel][enabled]", "true"},
                                            {"metadata[a]", "b"}});
  CHECK(made["is_default"] == true);
  CHECK(made["active"] == true);
  CHECK(made["business_profile"]["headline"] == "Ada's shop");
  CHECK(made["business_profile"]["privacy_policy_url"].is_null());
  CHECK(made["features"]["invoice_history"]["enabled"] == true);
  CHECK(made["features"]["payment_method_update"]["enabled"] == false);
  CHECK(made["features"]["subscription_cancel"]["mode"] == "at_period_end");
  CHECK(made["features"]["subscription_cancel"]["cancellation_reason"]["options"].empty());
  CHECK(made["login_page"]["url"].is_null());

  const std::string path = configurations_path + "/" + std::string(made["id"]);
  account.now += 10;
  const Json changed =
      account
          .post(path, {{"features[subscription_cancel][mode]", "immediately"},
                       {"features[subscription_cancel][cancellation_reason][enabled]", "true"},
                       {"features[subscription_cancel][cancellation_reason][options][]", "unused"},
                       {"default_return_url", "https://example.com/"}})
          .body;
  CHECK(changed["features"]["subscription_cancel"]["enabled"] == true);
  CHECK(changed["features"]["subscription_cancel"]["mode"] == "immediately");
  CHECK(changed["features"]["subscription_cancel"]["cancellation_reason"]["options"][0] ==
        "unused");
  CHECK(changed["updated"] == account.now);
  CHECK(account.get(path).body == changed);
}

TEST_CASE("the login page of the portal is said to be not emulated") {
  Account account;
  CHECK(account
            .post(configurations_path,
                  {{"features[invoice_history][enabled]", "true"}, {"login_page[enabled]", "true"}})
            .error()["message"] == "not emulated: the portal's login page");
}

TEST_CASE("only the first portal configuration is the default, and it stays active") {
  Account account;
  const Json first = configuration(account);
  const Json second = configuration(account);
  CHECK(second["is_default"] == false);
  CHECK(account.post(configurations_path + "/" + std::string(first["id"]), {{"active", "false"}})
            .status == 400);
  CHECK(account.post(configurations_path + "/" + std::string(second["id"]), {{"active", "false"}})
            .body["active"] == false);
  const Json active = account.get(configurations_path, {{"active", "true"}}).body["data"];
  REQUIRE(active.size() == 1);
  CHECK(active[0]["id"] == first["id"]);
  CHECK(account.get(configurations_path, {{"is_default", "false"}}).body["data"][0]["id"] ==
        second["id"]);
}

TEST_CASE("a portal configuration that makes no sense is refused") {
  Account account;
  const std::string cancel = "features[subscription_cancel]";
  const std::vector<std::pair<Fields, std::string>> refused = {
      {{{"business_profile[headline]", "x"}}, "features"},
      {{{"features[invoice_history][x]", "1"}}, "features[invoice_history][x]"},
      {{{"features[invoice_history][enabled]", "true"}, {"default_return_url", "javascript:1"}},
       "default_return_url"},
      {{{"features[invoice_history][enabled]", "true"},
        {"business_profile[privacy_policy_url]", "javascript:alert(1)"}},
       "business_profile[privacy_policy_url]"},
      {{{"features[invoice_history][enabled]", "true"},
        {"business_profile[headline]", std::string(61, 'x')}},
       "business_profile[headline]"},
      {{{"features[customer_update][enabled]", "true"},
        {"features[customer_update][allowed_updates][0]", "shoes"}},
       "features[customer_update][allowed_updates][0]"},
      {{{cancel + "[mode]", "immediately"}}, cancel + "[enabled]"},
      {{{cancel + "[enabled]", "true"}, {cancel + "[proration_behavior]", "create_prorations"}},
       cancel + "[proration_behavior]"},
      {{{"features[subscription_update][enabled]", "true"}},
       "features[subscription_update][products]"},
      {{{"features[subscription_update][enabled]", "true"},
        {"features[subscription_update][products][0][product]", "prod_x"},
        {"features[subscription_update][products][0][prices][0]", "price_x"}},
       "features[subscription_update][products][0][product]"}};
  for (const auto& [fields, param] : refused) {
    CAPTURE(param);
    const Answer answer = account.post(configurations_path, fields);
    CHECK(answer.status == 400);
    CHECK(answer.error().value("param", "") == param);
  }
  CHECK(account.get(configurations_path).body["data"].empty());
}

TEST_CASE("a portal session needs settings that were saved, and somewhere to return to") {
  Account account;
  const std::string customer = account.customer();
  const auto words = [&](const Fields& fields) {
    const Answer answer = account.post(portal_sessions_path, fields);
    CHECK(answer.status == 400);
    return answer.error()["message"].get<std::string>();
  };
  CHECK(words({{"customer", customer}, {"return_url", "https://example.com"}}) ==
        "No configuration provided and your test mode default configuration has not been created. "
        "Provide a configuration or create your default by saving your customer portal settings in "
        "test mode at https://dashboard.stripe.com/test/settings/billing/portal.");
  const Json saved = configuration(account);
  CHECK(words({{"customer", customer}}) == "Missing required param: return_url.");
  CHECK(words({{"customer", "cus_x"}, {"return_url", "https://example.com"}}) ==
        "No such customer: 'cus_x'");
  CHECK(words({{"customer", customer}, {"return_url", "javascript:alert(1)"}}) ==
        "Not a valid URL");
  const Json session = account
                           .post(portal_sessions_path, {{"customer", customer},
                                                        {"return_url", "https://example.com"},
                                                        {"expand[]", "configuration"}})
                           .body;
  CHECK(session["configuration"]["id"] == saved["id"]);
  CHECK(session["flow"].is_null());
  CHECK(std::string(session["url"]).starts_with("http://127.0.0.1:12111/p/session/test_"));
}

TEST_CASE("a flow needs its feature and a subscription of the customer") {
  Account account;
  const Json subscription = account.metered_subscription();
  configuration(account, {{"default_return_url", "https://example.com"}});
  Fields fields = {{"customer", subscription["customer"]},
                   {"flow_data[type]", "subscription_cancel"},
                   {"flow_data[subscription_cancel][subscription]", subscription["id"]}};
  CHECK(account.post(portal_sessions_path, fields).error()["param"] == "flow_data[type]");
  const Json second = configuration(account, {{"features[subscription_cancel][enabled]", "true"},
                                              {"default_return_url", "https://example.com"}});
  fields.emplace_back("configuration", second["id"]);
  const Json flow = account.post(portal_sessions_path, fields).body["flow"];
  CHECK(flow["subscription_cancel"]["subscription"] == subscription["id"]);
  CHECK(flow["after_completion"]["type"] == "portal_homepage");
  fields[0].second = account.customer("bob@example.com");
  CHECK(account.post(portal_sessions_path, fields).error()["code"] == "resource_missing");
  fields[1].second = "subscription_update";
  CHECK(account.post(portal_sessions_path, fields).error()["message"] ==
        "not emulated: flow_data[type]=subscription_update");
}

}  // namespace sandbox_test
