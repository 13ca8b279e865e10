// SPDX-License-Identifier: Apache-2.0
#include "bad_requests.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace sandbox_test {
namespace {

std::string filled(std::string text, const Ids& names) {
  for (const auto& [name, id] : names) {
    const std::string mark = "<" + name + ">";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
      text.replace(at, mark.size(), id);
    }
  }
  return text;
}

Answer asked(Account& account, const Bad& bad, const Ids& names) {
  Fields fields = bad.fields;
  for (auto& [name, value] : fields) value = filled(value, names);
  std::vector<sandbox::HttpHeader> headers = {{"Authorization", "Bearer " + account.key}};
  if (!bad.key.empty()) headers.push_back({"Idempotency-Key", bad.key});
  if (!bad.version.empty()) headers.push_back({"Stripe-Version", bad.version});
  const std::string path = filled(bad.path, names);
  const bool body = bad.method == "POST";
  return account.send(bad.method, body || fields.empty() ? path : path + "?" + encoded(fields),
                      body ? encoded(fields) : "", headers);
}

}  // namespace

std::string made(Account& account, const std::string& path, const Fields& fields) {
  const Answer answer = account.post(path, fields);
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body["id"];
}

void check_refused(const Answer& answer, const Refused& expected, const Ids& names) {
  CAPTURE(answer.text);
  REQUIRE(answer.body.contains("error"));
  const Json& error = answer.error();
  CHECK(answer.status == expected.status);
  CHECK(error["type"] == expected.type);
  CHECK(error.value("code", "") == expected.code);
  if (expected.param != "*") CHECK(error.value("param", "") == expected.param);
  CHECK(error.value("decline_code", "") == expected.decline_code);
  std::string slug = expected.code;
  std::ranges::replace(slug, '_', '-');
  CHECK(error.value("doc_url", "") ==
        (slug.empty() ? "" : "https://stripe.com/docs/error-codes/" + slug));
  const std::string said = error["message"];
  const std::string wanted = filled(expected.message, names);
  if (wanted.ends_with("...")) {
    CHECK(said.substr(0, wanted.size() - 3) == wanted.substr(0, wanted.size() - 3));
  } else {
    CHECK(said == wanted);
  }
}

void check_all(Account& account, const std::vector<Bad>& table, const Ids& names) {
  for (const Bad& bad : table) {
    CAPTURE(bad.what);
    check_refused(asked(account, bad, names), bad.refused, names);
  }
}

Ids furnished(Account& account) {
  Ids names;
  names["product"] = account.product();
  names["metered"] = account.metered_price(names["product"]);
  names["licensed"] = account.licensed_price(names["product"]);
  names["one_time"] =
      made(account, "/v1/prices",
           {{"product", names["product"]}, {"currency", "usd"}, {"unit_amount", "100"}});
  names["keyed"] = made(account, "/v1/prices",
                        {{"product", names["product"]},
                         {"currency", "usd"},
                         {"unit_amount", "100"},
                         {"lookup_key", "tea"}});
  names["customer"] = account.customer();
  names["second"] = account.customer("grace@example.com");
  const Json open = account.metered_subscription();
  names["item"] = item_of(open);
  names["payer"] = open["customer"];
  names["subscription"] = open["id"];
  names["before"] = std::to_string(open["current_period_start"].get<std::int64_t>() - 1);
  names["later"] = std::to_string(account.now + 301);
  const Json ended = account.metered_subscription();
  names["ended"] = ended["id"];
  names["ended_item"] = item_of(ended);
  names["ended_customer"] = ended["customer"];
  CHECK(account.remove("/v1/subscriptions/" + names["ended"]).status == 200);
  names["gone"] = account.customer("gone@example.com");
  CHECK(account.remove("/v1/customers/" + names["gone"]).status == 200);
  names["expired"] = account.session(names["customer"], names["metered"])["id"];
  CHECK(account.post("/v1/checkout/sessions/" + names["expired"] + "/expire").status == 200);
  names["soon"] = std::to_string(account.now + 29 * 60);
  names["late"] = std::to_string(account.now + 25 * 3600);
  return names;
}

std::string empty_text(const std::string& name) {
  return "You passed an empty string for '" + name +
         "'. We assume empty values are an attempt to unset a parameter; however '" + name +
         "' cannot be unset. You should remove '" + name +
         "' from your request or supply a non-empty value.";
}

Refused missing_param(const std::string& name) {
  return {.code = "parameter_missing",
          .message = "Missing required param: " + name + ".",
          .param = name};
}

Refused unknown_param(const std::string& name) {
  return {
      .code = "parameter_unknown", .message = "Received unknown parameter: " + name, .param = name};
}

Refused bad_integer(const std::string& message, const std::string& name) {
  return {.code = "parameter_invalid_integer", .message = message, .param = name};
}

Refused absent(int status, const std::string& message, const std::string& param) {
  return {.status = status, .code = "resource_missing", .message = message, .param = param};
}

Refused unrecognized(const std::string& request) {
  return {.status = 404,
          .message = "Unrecognized request URL (" + request +
                     "). Please see https://stripe.com/docs or we can help at "
                     "https://support.stripe.com/."};
}

Fields session_fields(const Fields& line, const Fields& more) {
  Fields fields = {{"mode", "subscription"}, {"success_url", "https://example.com/"}};
  fields.insert(fields.end(), line.begin(), line.end());
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

}  // namespace sandbox_test
