// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

struct Catalog {
  Account account{};
  std::string product = account.product();

  Answer price(const Fields& extra) {
    Fields fields = {{"product", product}, {"currency", "USD"}};
    fields.insert(fields.end(), extra.begin(), extra.end());
    return account.post("/v1/prices", fields);
  }
};

}  // namespace

TEST_CASE("a lookup key belongs to one price, until another takes it") {
  Catalog catalog;
  const Json first = catalog.price({{"unit_amount", "100"}, {"lookup_key", "key"}}).body;
  const Answer clash = catalog.price({{"unit_amount", "200"}, {"lookup_key", "key"}});
  CHECK(clash.status == 400);
  CHECK(clash.error()["message"] ==
        "A price (`" + std::string(first["id"]) + "`) already uses that lookup key.");
  CHECK(clash.error()["param"] == "lookup_key");

  const Json second =
      catalog
          .price({{"unit_amount", "200"}, {"lookup_key", "key"}, {"transfer_lookup_key", "true"}})
          .body;
  CHECK(second["lookup_key"] == "key");
  const Json before = catalog.account.get("/v1/prices/" + std::string(first["id"])).body;
  CHECK(before["lookup_key"].is_null());
  CHECK(before["active"] == true);
  const Json found =
      catalog.account.get("/v1/prices", {{"lookup_keys[]", "key"}, {"active", "true"}})
          .body["data"];
  REQUIRE(found.size() == 1);
  CHECK(found[0]["id"] == second["id"]);
  const std::string path = "/v1/prices/" + std::string(second["id"]);
  CHECK(catalog.account.post(path, {{"lookup_key", "key"}}).status == 200);
  CHECK(catalog.account.post(path, {{"lookup_key", ""}}).body["lookup_key"].is_null());
  CHECK(catalog.price({{"unit_amount", "1"}, {"lookup_key", "key"}}).status == 200);
}

TEST_CASE("a product may bring its first price along, which is its default") {
  Account account;
  const Fields fields = {{"name", "Tea"},
                         {"default_price_data[currency]", "usd"},
                         {"default_price_data[recurring][interval]", "month"},
                         {"default_price_data[metadata][colour]", "green"},
                         {"expand[]", "default_price"}};
  const Answer refused = account.post("/v1/products", fields);
  CHECK(refused.error()["param"] == "default_price_data[unit_amount]");
  CHECK(account.get("/v1/products").body["data"].empty());

  Fields whole = fields;
  whole.push_back({"default_price_data[unit_amount]", "1500"});
  const Json product = account.post("/v1/products", whole).body;
  const Json& price = product["default_price"];
  REQUIRE(price.is_object());
  CHECK(price["product"] == product["id"]);
  CHECK(price["unit_amount"] == 1500);
  CHECK(price["recurring"]["interval"] == "month");
  CHECK(price["active"] == true);
  CHECK(price["metadata"]["colour"] == "green");
  CHECK(account.get("/v1/prices", {{"product", product["id"]}}).body["data"].size() == 1);
  std::vector<std::string> told;
  const Json events = account.get("/v1/events").body["data"];
  for (const Json& event : events) told.push_back(event["type"]);
  CHECK(told == std::vector<std::string>{"price.created", "plan.created", "product.created"});
}

TEST_CASE("a metered price shows its terms") {
  Catalog catalog;
  const Json price = catalog
                         .price({{"unit_amount", "8000"},
                                 {"recurring[interval]", "month"},
                                 {"recurring[usage_type]", "metered"},
                                 {"nickname", "On demand"},
                                 {"metadata[challenge_id]", "c"}})
                         .body;
  CHECK(price["type"] == "recurring");
  CHECK(price["currency"] == "usd");
  CHECK(price["unit_amount_decimal"] == "8000");
  CHECK(price["recurring"] == Json{{"aggregate_usage", "sum"},
                                   {"interval", "month"},
                                   {"interval_count", 1},
                                   {"meter", nullptr},
                                   {"trial_period_days", nullptr},
                                   {"usage_type", "metered"}});
}

TEST_CASE("an amount with a fraction has no integer form") {
  Catalog catalog;
  const Json price = catalog.price({{"unit_amount_decimal", "0.50"}}).body;
  CHECK(price["unit_amount"].is_null());
  CHECK(price["unit_amount_decimal"] == "0.5");
  CHECK(catalog.price({{"unit_amount_decimal", "12.00"}}).body["unit_amount"] == 12);
}

TEST_CASE("a price needs one amount, one product and a currency that exists") {
  Catalog catalog;
  CHECK(catalog.price({}).error()["message"] ==
        "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.");
  const Answer both = catalog.price({{"unit_amount", "1"}, {"unit_amount_decimal", "1"}});
  CHECK(both.error()["message"] ==
        "You may only specify one of these parameters: unit_amount, unit_amount_decimal.");
  CHECK(both.error()["param"] == "unit_amount");
  CHECK(catalog.price({{"unit_amount", "-1"}}).error()["message"] ==
        "Invalid non-negative integer");
  CHECK(catalog.price({{"unit_amount", "1"}, {"product_data[name]", "x"}}).error()["param"] ==
        "product");
  CHECK(catalog
            .price({{"unit_amount", "1"},
                    {"recurring[interval]", "month"},
                    {"recurring[interval_count]", "37"}})
            .error()["message"] ==
        "The interval_count for monthly prices can't be greater than 36");
  CHECK(
      catalog.price({{"unit_amount", "1"}, {"recurring[interval_count]", "1"}}).error()["param"] ==
      "recurring[interval]");
  const Answer currency =
      catalog.account.post("/v1/prices", {{"currency", "xyz"}, {"product", catalog.product}});
  CHECK(currency.error()["message"].get<std::string>().starts_with(
      "Invalid currency: xyz. Stripe currently supports these currencies: usd, aed"));
  const Answer unknown = catalog.account.post(
      "/v1/prices", {{"currency", "usd"}, {"unit_amount", "1"}, {"product", "prod_x"}});
  CHECK(unknown.status == 400);
  CHECK(unknown.error()["message"] == "No such product: 'prod_x'");
}

TEST_CASE("a price's amount can't be changed, its name can") {
  Catalog catalog;
  const std::string path =
      "/v1/prices/" + std::string(catalog.price({{"unit_amount", "1"}}).body["id"]);
  CHECK(catalog.account.post(path, {{"unit_amount", "2"}}).error()["code"] == "parameter_unknown");
  const Json updated = catalog.account.post(path, {{"nickname", "n"}, {"active", "false"}}).body;
  CHECK(updated["nickname"] == "n");
  CHECK(updated["active"] == false);
}

TEST_CASE("an archived price can't be sold") {
  Catalog catalog;
  const std::string price = catalog.account.metered_price(catalog.product);
  catalog.account.post("/v1/prices/" + price, {{"active", "false"}});
  CHECK(catalog.account
            .post("/v1/checkout/sessions", {{"mode", "subscription"},
                                            {"line_items[0][price]", price},
                                            {"success_url", "https://example.com"}})
            .error()["message"] ==
        "The price specified is inactive. This field only accepts active prices.");
}

TEST_CASE("prices are listed by what they are") {
  Catalog catalog;
  const std::string metered = catalog.account.metered_price(catalog.product);
  const std::string licensed = catalog.account.licensed_price(catalog.product);
  catalog.price({{"unit_amount", "5"}});
  const auto count = [&](const Fields& fields) {
    return catalog.account.get("/v1/prices", fields).body["data"].size();
  };
  CHECK(count({}) == 3);
  CHECK(count({{"type", "one_time"}}) == 1);
  CHECK(count({{"recurring[usage_type]", "metered"}}) == 1);
  CHECK(count({{"recurring[interval]", "month"}, {"product", catalog.product}}) == 2);
  CHECK(count({{"currency", "eur"}}) == 0);
  CHECK(catalog.account.get("/v1/prices", {{"product", "prod_x"}}).status == 400);
}

TEST_CASE("products are found by url and ids, and deleted only without prices") {
  Catalog catalog;
  const Json other =
      catalog.account.post("/v1/products", {{"name", "x"}, {"url", "https://example.com/x"}}).body;
  const auto find = [&](const Fields& fields) {
    return catalog.account.get("/v1/products", fields).body["data"];
  };
  CHECK(find({{"url", "https://example.com/x"}})[0] == other);
  CHECK(find({{"ids[]", catalog.product}}).size() == 1);
  catalog.price({{"unit_amount", "1"}});
  CHECK(catalog.account.remove("/v1/products/" + catalog.product).status == 400);
  CHECK(catalog.account.remove("/v1/products/" + std::string(other["id"])).body["deleted"] == true);
  CHECK(find({{"url", "https://example.com/x"}}).empty());
}

}  // namespace sandbox_test
