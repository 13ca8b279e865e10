// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

const std::string endpoints_path = "/v1/webhook_endpoints";

Fields endpoint_fields(const std::string& url = "https://example.com/hook") {
  return {{"url", url}, {"enabled_events[]", "*"}};
}

}  // namespace

TEST_CASE("an endpoint tells its secret once, when it is made") {
  for (const std::string version : {"2025-02-24.acacia", "2026-10-28.endive"}) {
    CAPTURE(version);
    Account account;
    account.version = version;
    Json made = account
                    .post(endpoints_path, {{"url", "http://127.0.0.1:4242/hook"},
                                           {"enabled_events[]", "invoice.paid"},
                                           {"description", "mine"},
                                           {"metadata[a]", "b"}})
                    .body;
    CHECK(std::string(made["secret"]).starts_with("whsec_"));
    made.erase("secret");
    const std::string id = made["id"];
    CHECK(id.starts_with("we_"));
    CHECK(made == Json{{"id", id},
                       {"object", "webhook_endpoint"},
                       {"api_version", nullptr},
                       {"application", nullptr},
                       {"created", account.now},
                       {"description", "mine"},
                       {"enabled_events", {"invoice.paid"}},
                       {"livemode", false},
                       {"metadata", {{"a", "b"}}},
                       {"status", "enabled"},
                       {"url", "http://127.0.0.1:4242/hook"}});
    CHECK(account.get(endpoints_path + "/" + id).body == made);
    CHECK(account.get(endpoints_path).body["data"] == Json{made});
  }
}

TEST_CASE("an endpoint can be changed, disabled, and deleted for good") {
  Account account;
  const std::string path = endpoints_path + "/" +
                           std::string(account.post(endpoints_path, endpoint_fields()).body["id"]);
  const Json changed = account
                           .post(path, {{"disabled", "true"},
                                        {"url", "https://example.com/other"},
                                        {"enabled_events[]", "price.created"}})
                           .body;
  CHECK(changed["status"] == "disabled");
  CHECK(changed["url"] == "https://example.com/other");
  CHECK(changed["enabled_events"] == Json{"price.created"});
  CHECK(account.post(path, {{"description", "d"}}).body["status"] == "disabled");
  CHECK(account.post(path, {{"disabled", "false"}}).body["status"] == "enabled");
  CHECK(account.remove(path).body["deleted"] == true);
  const Answer gone = account.get(path);
  CHECK(gone.status == 404);
  CHECK(gone.error()["code"] == "resource_missing");
  CHECK(account.get(endpoints_path).body["data"].empty());
}

TEST_CASE("what is no endpoint is refused, and leaves none behind") {
  Account account;
  const auto refused = [&](const Fields& fields) {
    const Answer answer = account.post(endpoints_path, fields);
    CHECK_MESSAGE(answer.status == 400, answer.text);
    return answer.status == 400 ? std::string(answer.error()["param"]) : answer.text;
  };
  const std::string url = "https://example.com";
  CHECK(refused({{"enabled_events[]", "*"}}) == "url");
  CHECK(refused({{"url", url}}) == "enabled_events");
  CHECK(refused(endpoint_fields("javascript:alert(1)")) == "url");
  CHECK(refused({{"url", url}, {"enabled_events[]", "invoice.*"}}) == "enabled_events[0]");
  CHECK(refused({{"url", url}, {"enabled_events[]", "*"}, {"enabled_events[]", "no.such"}}) ==
        "enabled_events[1]");
  Fields version = endpoint_fields();
  version.push_back({"api_version", "2025-02-30.acacia"});
  CHECK(refused(version) == "api_version");
  CHECK(account.get(endpoints_path).body["data"].empty());
}

TEST_CASE("an account has at most sixteen endpoints, deleted ones not counted") {
  Account account;
  std::string last;
  for (int i = 0; i < 16; ++i) last = account.post(endpoints_path, endpoint_fields()).body["id"];
  CHECK(account.post(endpoints_path, endpoint_fields()).error()["message"] ==
        "You have reached the maximum of 16 test webhook endpoints.");
  account.remove(endpoints_path + "/" + last);
  CHECK(account.post(endpoints_path, endpoint_fields()).status == 200);
}

}  // namespace sandbox_test
