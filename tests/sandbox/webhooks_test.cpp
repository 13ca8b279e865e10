// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"
#include "webhook_signature.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <set>

namespace sandbox_test {
namespace {

using sandbox::WebhookPost;

/// An endpoint of the account, as the API made it.
struct Hook {
  std::string id, secret;
};

Hook hook(Account& account, const Fields& extra = {}) {
  Fields fields = {{"url", "http://127.0.0.1:1/hook"}};
  if (extra.empty() || extra.front().first != "enabled_events[]") {
    fields.push_back({"enabled_events[]", "*"});
  }
  fields.insert(fields.end(), extra.begin(), extra.end());
  const Answer made = account.post("/v1/webhook_endpoints", fields);
  REQUIRE_MESSAGE(made.status == 200, made.text);
  return {made.body["id"], made.body["secret"]};
}

std::string header_of(const WebhookPost& post, const std::string& name) {
  for (const auto& each : post.headers) {
    if (each.name == name) return each.value;
  }
  return {};
}

Json event_in(const WebhookPost& post) {
  return Json::parse(post.body);
}

/// Takes what is due, answers each with the status, and gives the events.
std::vector<Json> taken(Account& account, int status = 200) {
  std::vector<Json> events;
  while (const auto post = account.sandbox().next_webhook()) {
    events.push_back(event_in(*post));
    account.sandbox().webhook_answered(post->id, {.status = status, .body = "answer"});
  }
  return events;
}

std::vector<std::string> names_of(const std::vector<Json>& events) {
  std::vector<std::string> names;
  for (const Json& event : events) names.push_back(event["data"]["object"].value("name", ""));
  return names;
}

void named_customers(Account& account, int count) {
  for (int i = 0; i < count; ++i) {
    account.post("/v1/customers", {{"name", "c" + std::to_string(i)}});
  }
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a signature is the HMAC that Stripe's libraries expect") {
  // Computed with Python's hmac.
  CHECK(sandbox::webhook_signature("whsec_test_secret", 1'700'000'000, R"({"id":"evt_test"})") ==
        "t=1700000000,v1="
        "13941114bb88ac44a76abcfddea5b92aa6182a4b63d8be3aae908a616083bd7e");
}

TEST_CASE("a webhook is the event itself, signed over exactly its bytes") {
  Account account;
  const Hook endpoint = hook(account);
  account.customer();
  const auto post = account.sandbox().next_webhook();
  REQUIRE(post);
  CHECK(post->url == "http://127.0.0.1:1/hook");
  CHECK(header_of(*post, "Content-Type") == "application/json; charset=utf-8");
  CHECK(header_of(*post, "User-Agent") == "Stripe/1.0 (+https://stripe.com/docs/webhooks)");
  CHECK(header_of(*post, "Stripe-Signature") ==
        sandbox::webhook_signature(endpoint.secret, account.now, post->body));
  const Json event = event_in(*post);
  CHECK(event["type"] == "customer.created");
  CHECK(event["pending_webhooks"] == 1);
  CHECK(account.get("/v1/events/" + std::string(event["id"])).body == event);
}

TEST_CASE("events go out in their order, one at a time to each endpoint") {
  Account account;
  hook(account);
  hook(account);
  named_customers(account, 3);
  const auto first = account.sandbox().next_webhook();
  const auto other = account.sandbox().next_webhook();
  REQUIRE((first && other));
  CHECK(event_in(*first)["id"] == event_in(*other)["id"]);
  CHECK_MESSAGE(!account.sandbox().next_webhook(), "both endpoints have one under way");
  account.sandbox().webhook_answered(first->id, {.status = 200, .body = ""});
  CHECK(names_of(taken(account)) == Names{"c1", "c2"});
  account.sandbox().webhook_answered(other->id, {.status = 200, .body = ""});
  CHECK(names_of(taken(account)) == Names{"c1", "c2"});
}

TEST_CASE("an endpoint gets the types that it asked for, of its own account") {
  Account account;
  hook(account, {{"enabled_events[]", "product.created"}});
  account.customer();
  account.product("wanted");
  account.key = "sk_test_another";
  account.product("elsewhere");
  CHECK(names_of(taken(account)) == Names{"wanted"});
}

TEST_CASE("each endpoint gets the event in its own version") {
  Account account;
  hook(account);
  hook(account, {{"api_version", "2025-03-31.basil"}});
  const Json subscription = account.metered_subscription();
  std::set<std::string> old_shape, new_shape;
  for (const Json& event : taken(account)) {
    if (event["type"] != "customer.subscription.created") continue;
    const bool on_item = event["data"]["object"]["items"]["data"][0].contains("current_period_end");
    (on_item ? new_shape : old_shape).insert(std::string(event["api_version"]));
  }
  CHECK(old_shape == std::set<std::string>{"2025-02-24.acacia"});
  CHECK(new_shape == std::set<std::string>{"2025-03-31.basil"});
}

TEST_CASE("only endpoints since basil hear of payments of invoices, which older ones don't know") {
  Account account;
  hook(account);
  hook(account, {{"api_version", "2025-03-31.basil"}});
  account.pay(account.session(account.customer(), account.licensed_price(account.product()),
                              {{"line_items[0][quantity]", "1"}})["id"]);
  std::multiset<std::string> paid, payments;
  for (const Json& event : taken(account)) {
    if (event["type"] == "invoice.paid") paid.insert(std::string(event["api_version"]));
    if (event["type"] == "invoice_payment.paid") payments.insert(std::string(event["api_version"]));
  }
  CHECK(paid == std::multiset<std::string>{"2025-02-24.acacia", "2025-03-31.basil"});
  CHECK(payments == std::multiset<std::string>{"2025-03-31.basil"});
}

TEST_CASE("what fails is sent again as the clock goes on, signed anew, three times in all") {
  Account account;
  const Hook endpoint = hook(account);
  account.customer();
  const std::int64_t start = account.now;
  std::vector<std::int64_t> tries;
  for (account.now = start; account.now <= start + day; account.now += 600) {
    const auto post = account.sandbox().next_webhook();
    if (!post) continue;
    tries.push_back(account.now - start);
    CHECK(header_of(*post, "Stripe-Signature") ==
          sandbox::webhook_signature(endpoint.secret, account.now, post->body));
    account.sandbox().webhook_answered(post->id, {.status = 302, .body = ""});
  }
  CHECK(tries == std::vector<std::int64_t>{0, hour, 4 * hour});
  const Json failed = account.get("/v1/events", {{"delivery_success", "false"}}).body["data"];
  REQUIRE(failed.size() == 1);
  CHECK(failed[0]["pending_webhooks"] == 0);
  CHECK(account.get("/v1/events", {{"delivery_success", "true"}}).body["data"].empty());
}

TEST_CASE("a failure keeps nobody waiting, and the retry that succeeds ends the matter") {
  Account account;
  hook(account);
  named_customers(account, 2);
  const auto failing = account.sandbox().next_webhook();
  REQUIRE(failing);
  account.sandbox().webhook_answered(failing->id, {.status = 0, .body = "refused"});
  CHECK(names_of(taken(account)) == Names{"c1"});
  REQUIRE(account.sandbox().next_webhook_due());
  CHECK(*account.sandbox().next_webhook_due() == account.now + hour);
  CHECK(account.get("/v1/events", {{"delivery_success", "false"}}).body["data"].size() == 1);
  account.send("POST", "/_sandbox/clock", R"({"advance": 3600})");
  CHECK(names_of(taken(account)) == Names{"c0"});
  CHECK(account.get("/v1/events", {{"delivery_success", "true"}}).body["data"].size() == 2);
  CHECK_FALSE(account.sandbox().next_webhook_due());
}

TEST_CASE("disabling stops the retries whose time comes meanwhile, deleting stops all") {
  for (const bool deleting : {false, true}) {
    CAPTURE(deleting);
    Account account;
    const std::string path = "/v1/webhook_endpoints/" + hook(account).id;
    account.customer();
    CHECK(taken(account, 500).size() == 1);
    deleting ? account.remove(path) : account.post(path, {{"disabled", "true"}});
    account.customer();
    account.now += 2 * hour;
    CHECK(taken(account).empty());
    if (!deleting) account.post(path, {{"disabled", "false"}});
    account.now += day;
    CHECK(taken(account).empty());
    const Json events = account.get("/v1/events").body["data"];
    CHECK(events[0]["pending_webhooks"] == 0);
    CHECK(events[1]["pending_webhooks"] == 0);
  }
}

TEST_CASE("an endpoint that is enabled again in time gets its retry") {
  Account account;
  const std::string path = "/v1/webhook_endpoints/" + hook(account).id;
  account.customer();
  taken(account, 500);
  account.post(path, {{"disabled", "true"}});
  CHECK(taken(account).empty());
  account.post(path, {{"disabled", "false"}});
  account.now += hour;
  CHECK(taken(account).size() == 1);
}

TEST_CASE("an event can be sent again, to one endpoint or to all that wanted it") {
  Account account;
  const Hook endpoint = hook(account);
  hook(account, {{"enabled_events[]", "product.created"}});
  account.customer();
  const std::string id = taken(account, 200).at(0)["id"];
  const std::string path = "/v1/events/" + id + "/retry";
  CHECK(account.post(path, {{"for_stripecli", "true"}}).body["id"] == id);
  CHECK(taken(account).size() == 1);
  CHECK(account.post(path, {{"webhook_endpoint", endpoint.id}}).status == 200);
  CHECK(taken(account).size() == 1);
  CHECK(account.post(path, {{"webhook_endpoint", "we_none"}}).status == 400);
  CHECK(account.post("/v1/events/evt_none/retry", {{"for_stripecli", "true"}}).status == 404);
}

TEST_CASE("an event that was given up counts as delivered once a replay arrives") {
  Account account;
  const Hook endpoint = hook(account);
  account.customer();
  for (int i = 0; i < 3; ++i, account.now += 4 * hour) taken(account, 500);
  const Json failed = account.get("/v1/events", {{"delivery_success", "false"}}).body["data"];
  REQUIRE(failed.size() == 1);
  account.post("/v1/events/" + std::string(failed[0]["id"]) + "/retry",
               {{"webhook_endpoint", endpoint.id}});
  CHECK(taken(account).size() == 1);
  CHECK(account.get("/v1/events", {{"delivery_success", "true"}}).body["data"].size() == 1);
}

TEST_CASE("what time brings about is sent without anybody calling") {
  Account account;
  account.session(account.customer(), account.metered_price(account.product()));
  hook(account, {{"enabled_events[]", "checkout.session.expired"}});
  REQUIRE(account.sandbox().next_webhook_due());
  account.now = *account.sandbox().next_webhook_due();
  CHECK(taken(account).size() == 1);
}

TEST_CASE("--forward-to gets all events of all accounts, and is none of their endpoints") {
  Account account({.now = {}, .seed = 7, .forward_to = "http://127.0.0.1:1/all"});
  for (const std::string key : {"sk_test_first", "sk_test_second"}) {
    account.key = key;
    account.post("/v1/customers", {{"name", key}});
    CHECK(account.get("/v1/webhook_endpoints").body["data"].empty());
  }
  const auto post = account.sandbox().next_webhook();
  REQUIRE(post);
  CHECK(post->url == "http://127.0.0.1:1/all");
  const std::string secret = account.sandbox().webhook_secret();
  CHECK(secret.starts_with("whsec_"));
  CHECK(header_of(*post, "Stripe-Signature") ==
        sandbox::webhook_signature(secret, account.now, post->body));
  account.sandbox().webhook_answered(post->id, {.status = 204, .body = ""});
  CHECK(taken(account).size() == 1);
  CHECK(Account({.now = {}, .seed = 7}).sandbox().webhook_secret() == secret);
  CHECK(Account({.now = {}, .seed = 8}).sandbox().webhook_secret() != secret);
  CHECK(Account({.now = {}, .webhook_secret = "whsec_mine"}).sandbox().webhook_secret() ==
        "whsec_mine");
}

TEST_CASE("receivers with a clock of their own see signatures of their own time") {
  Account account({.now = {}, .receivers_now = [] { return std::int64_t{1'800'000'000}; }});
  hook(account);
  account.customer();
  CHECK(header_of(*account.sandbox().next_webhook(), "Stripe-Signature")
            .starts_with("t=1800000000,"));
}

TEST_CASE("chaos shuffles, duplicates and delays, and the same seed does it again") {
  constexpr int count = 40;
  const auto chaos = [&](std::uint64_t seed) {
    Account account({.now = {}, .seed = seed, .webhook_chaos = true});
    hook(account);
    named_customers(account, count);
    std::vector<std::vector<std::string>> seconds;
    for (int second = 0; second < 10; ++second, ++account.now) {
      seconds.push_back(names_of(taken(account)));
    }
    return seconds;
  };
  const auto seconds = chaos(3);
  Names all;
  for (const Names& each : seconds) all.insert(all.end(), each.begin(), each.end());
  CHECK_MESSAGE(std::set(all.begin(), all.end()).size() == count, "each arrives");
  CHECK_MESSAGE(all.size() > count, "some twice");
  CHECK_MESSAGE(seconds[0].size() < all.size(), "some late");
  CHECK_MESSAGE(!std::ranges::is_sorted(seconds[0]), "out of order");
  CHECK(chaos(3) == seconds);
  CHECK(chaos(4) != seconds);
}

}  // namespace sandbox_test
