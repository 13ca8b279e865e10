// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

#include <set>

namespace sandbox_test {
namespace {

std::vector<std::string> ids_of(const Answer& answer) {
  std::vector<std::string> ids;
  for (const Json& row : answer.body["data"]) ids.push_back(row["id"]);
  return ids;
}

}  // namespace

TEST_CASE("lists show the newest first and page in both directions") {
  Account account;
  std::vector<std::string> made;
  for (int i = 0; i < 12; ++i) made.insert(made.begin(), account.customer());
  const auto page = [&](const Fields& fields) { return account.get("/v1/customers", fields); };
  const Answer first = page({});
  CHECK(first.body["object"] == "list");
  CHECK(first.body["url"] == "/v1/customers");
  CHECK(first.body["has_more"] == true);
  CHECK(ids_of(first) == std::vector(made.begin(), made.begin() + 10));
  const Answer second = page({{"starting_after", made[9]}});
  CHECK(ids_of(second) == std::vector(made.begin() + 10, made.end()));
  CHECK(second.body["has_more"] == false);
  const Answer before = page({{"ending_before", made[9]}, {"limit", "3"}});
  CHECK(ids_of(before) == std::vector(made.begin() + 6, made.begin() + 9));
  CHECK(before.body["has_more"] == true);
  CHECK(ids_of(page({{"limit", "0"}})).size() == 1);
  CHECK(ids_of(page({{"limit", "1000"}})).size() == 12);
}

TEST_CASE("a cursor must exist, and only one may be given") {
  Account account;
  const std::string id = account.customer();
  const Answer unknown = account.get("/v1/customers", {{"starting_after", "cus_aaa"}});
  CHECK(unknown.status == 400);
  CHECK(unknown.error()["code"] == "resource_missing");
  CHECK(unknown.error()["message"] == "No such customer: 'cus_aaa'");
  CHECK(unknown.error()["param"] == "starting_after");
  const Answer both = account.get("/v1/customers", {{"starting_after", id}, {"ending_before", id}});
  CHECK(both.error()["message"] ==
        "Received both starting_after and ending_before parameters. Please pass in only one.");
}

TEST_CASE("customers are found by their exact e-mail, also after it has changed") {
  Account account;
  const std::string id = account.customer("a@example.com");
  account.customer("b@example.com");
  account.post("/v1/customers/" + id, {{"email", "c@example.com"}});
  const auto with = [&](const std::string& email) {
    return ids_of(account.get("/v1/customers", {{"email", email}}));
  };
  CHECK(with("a@example.com").empty());
  CHECK(with("c@example.com") == std::vector{id});
  CHECK(with("C@example.com").empty());
}

TEST_CASE("a deleted customer is a stub, and its subscriptions are canceled") {
  Account account;
  const Json subscription = account.metered_subscription();
  const std::string path = "/v1/customers/" + std::string(subscription["customer"]);
  const Json stub = {{"id", subscription["customer"]}, {"object", "customer"}, {"deleted", true}};
  CHECK(account.remove(path).body == stub);
  CHECK(account.get(path).body == stub);
  CHECK(account.post(path, {{"name", "x"}}).status == 404);
  CHECK(account.get("/v1/subscriptions/" + std::string(subscription["id"])).body["status"] ==
        "canceled");
}

TEST_CASE("metadata merges, and empty values remove") {
  Account account;
  const std::string path = "/v1/customers/" + account.customer();
  account.post(path, {{"metadata[a]", "1"}, {"metadata[b]", "2"}});
  CHECK(account.post(path, {{"metadata[a]", ""}, {"metadata[c]", "3"}}).body["metadata"] ==
        Json{{"b", "2"}, {"c", "3"}});
  CHECK(account.post(path, {{"metadata", ""}}).body["metadata"] == Json::object());
}

TEST_CASE("ids expand to objects, in lists below data") {
  Account account;
  const std::string product = account.product("P");
  const std::string price = account.metered_price(product);
  const auto get = [&](const std::string& path, const std::string& expand) {
    return account.get(path, {{"expand[]", expand}});
  };
  CHECK(get("/v1/prices/" + price, "product").body["product"]["name"] == "P");
  CHECK(get("/v1/prices", "data.product").body["data"][0]["product"]["name"] == "P");
  CHECK(get("/v1/prices", "product").error()["message"] ==
        "This property cannot be expanded (product). You may want to try expanding 'data.product' "
        "instead.");
  CHECK(get("/v1/prices/" + price, "nickname").error()["message"] ==
        "This property cannot be expanded (nickname).");
  CHECK(get("/v1/prices/" + price, "a.b.c.d.e").error()["message"] ==
        "You cannot expand more than 4 levels of a property. Property: a.b.c.d.e");

  const Json subscription = account.pay(account.session(account.customer(), price)["id"]);
  const std::string path = "/v1/subscriptions/" + std::string(subscription["id"]);
  CHECK(
      get(path, "items.data.price.product").body["items"]["data"][0]["price"]["product"]["name"] ==
      "P");
  CHECK(get(path, "latest_invoice.customer").body["latest_invoice"]["customer"]["email"] ==
        "ada@example.com");
}

TEST_CASE("a bad expand leaves nothing behind") {
  Account account;
  CHECK(account.post("/v1/customers", {{"expand[]", "nope"}}).status == 400);
  CHECK(account.get("/v1/customers").body["data"].empty());
}

TEST_CASE("arrays may be indexed or not, and brackets encoded or not") {
  Account account;
  const std::string price = account.metered_price(account.product());
  for (const std::string& body : {"line_items[0][price]=" + price, "line_items[][price]=" + price,
                                  "line_items%5B0%5D%5Bprice%5D=" + price}) {
    const Answer answer = account.send("POST", "/v1/checkout/sessions",
                                       "mode=subscription&success_url=https://example.com&" + body,
                                       {{"Authorization", "Bearer sk_test_sandbox"}});
    CAPTURE(answer.text);
    CHECK(answer.status == 200);
  }
}

TEST_CASE("each key is an account of its own") {
  Account account;
  account.customer();
  const std::string first = account.get("/v1/account").body["id"];
  account.key = "sk_test_other";
  CHECK(account.get("/v1/account").body["id"] != first);
  CHECK(account.get("/v1/customers").body["data"].empty());
}

TEST_CASE("answers carry a request id, the version and the sandbox's own date") {
  Account account;
  account.now = 784'111'777;
  const Answer answer = account.get("/v1/account");
  CHECK(answer.header("Request-Id").starts_with("req_"));
  CHECK(answer.header("Content-Type") == "application/json");
  CHECK(answer.header("Date") == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("bytes that make no sense are answered, never thrown") {
  Account account;
  const std::vector<std::string> bodies = {"\xff\xfe=%zz&name=\xc3",
                                           "[=1&]=2&a[b=3&a]b[=4&[]=5",
                                           "name=%",
                                           "a=1&a[b]=2",
                                           "name[x]=1",
                                           "&&&=&=",
                                           "name=" + std::string(100'000, 'x'),
                                           "expand[0][x]=1",
                                           "metadata[a][b]=1"};
  for (const std::string& body : bodies) {
    const Answer answer =
        account.send("POST", "/v1/products", body, {{"Authorization", "Bearer sk_test_sandbox"}});
    CHECK(answer.body.is_object());
  }
  std::string deep = "a";
  for (int i = 0; i < 1000; ++i) deep += "[a]";
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "a" + std::to_string(i) + "=1&";
  for (const std::string& body : {deep + "=1", many}) {
    CHECK(account.send("POST", "/v1/products", body, {{"Authorization", "Bearer sk_test_sandbox"}})
              .status == 400);
  }
  CHECK(account.post("/v1/products", {{"name", "\xff\xfe"}}).status == 200);
  for (const char* target :
       {"", "/", "?", "/v1", "/v1/", "//", "/c/pay/", "/_sandbox", "/v1/%00"}) {
    CHECK(account.get(target).status >= 400);
  }
}

TEST_CASE("the same seed and calls give the same ids") {
  Account a;
  Account b;
  CHECK(a.customer() == b.customer());
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(a.customer());
  CHECK(ids.size() == 1000);
}

}  // namespace sandbox_test
