// SPDX-License-Identifier: Apache-2.0
#include "stripe/catalog_match.hpp"

#include <doctest/doctest.h>

using billing::Catalog;
using billing::PriceRole;
using billing::same_terms;
using billing::UsageType;
using billing::stripe::Price;
using billing::stripe::Product;
using billing::stripe::Recurring;

namespace {

Catalog green_catalog() {
  return billing::devchat_catalog("green").value();
}

Price on_demand_price() {
  const auto terms = green_catalog().price(PriceRole::on_demand);
  return {.id = billing::PriceId("price_1"),
          .product = billing::ProductId("prod_1"),
          .currency = "usd",
          .unit_amount = 8000,
          .recurring = Recurring{.interval = "month",
                                 .usage_type = UsageType::metered,
                                 .aggregate_usage = "sum",
                                 .meter = ""},
          .lookup_key = terms.lookup_key,
          .nickname = terms.nickname,
          .metadata = {{"challenge_id", "green"}}};
}

}  // namespace

TEST_CASE("a price has the catalog's terms only if every term is the same") {
  const auto terms = green_catalog().price(PriceRole::on_demand);
  CHECK(same_terms(on_demand_price(), terms));
  const auto unlike = [&](auto change) {
    Price price = on_demand_price();
    change(price);
    return !same_terms(price, terms);
  };
  CHECK(unlike([](Price& price) { price.currency = "eur"; }));
  CHECK(unlike([](Price& price) { price.unit_amount = 8001; }));
  CHECK(unlike([](Price& price) { price.unit_amount.reset(); }));
  CHECK(unlike([](Price& price) { price.recurring.reset(); }));
  CHECK(unlike([](Price& price) { price.recurring->interval = "year"; }));
  CHECK(unlike([](Price& price) { price.recurring->interval_count = 2; }));
  CHECK(unlike([](Price& price) { price.recurring->usage_type = UsageType::licensed; }));
  CHECK(unlike([](Price& price) { price.recurring->aggregate_usage = "max"; }));
  CHECK(unlike([](Price& price) { price.recurring->meter = "mtr_1"; }));
}

TEST_CASE("each kind of price is told from the others") {
  const Catalog catalog = green_catalog();
  Price one_time = on_demand_price();
  one_time.recurring.reset();
  CHECK(same_terms(one_time, catalog.price(PriceRole::workshop)));
  CHECK_FALSE(same_terms(on_demand_price(), catalog.price(PriceRole::workshop)));
  Price monthly = on_demand_price();
  monthly.unit_amount = 6000;
  CHECK_FALSE(same_terms(monthly, catalog.price(PriceRole::monthly)));
  monthly.recurring->usage_type = UsageType::licensed;
  CHECK(same_terms(monthly, catalog.price(PriceRole::monthly)));
}

TEST_CASE("a price is up to date only with its nickname, its challenge id, and active") {
  const auto terms = green_catalog().price(PriceRole::on_demand);
  CHECK(up_to_date(on_demand_price(), terms, "green"));
  const auto stale = [&](auto change) {
    Price price = on_demand_price();
    change(price);
    return !up_to_date(price, terms, "green");
  };
  CHECK(stale([](Price& price) { price.nickname = ""; }));
  CHECK(stale([](Price& price) { price.metadata.clear(); }));
  CHECK(stale([](Price& price) { price.metadata["challenge_id"] = "red"; }));
  CHECK(stale([](Price& price) { price.active = false; }));
}

TEST_CASE(
    "among products made twice an active one is taken, then the newest, and never a stranger's") {
  const auto product = [](std::string id, bool active, std::string challenge_id) {
    return Product{.id = billing::ProductId(std::move(id)),
                   .name = "n",
                   .url = "u",
                   .unit_label = "l",
                   .active = active,
                   .metadata = {{"challenge_id", std::move(challenge_id)}}};
  };
  const std::vector<Product> newest_first = {
      product("prod_5", true, "red"), product("prod_4", false, "green"),
      product("prod_3", true, "green"), product("prod_2", true, "green")};
  CHECK(billing::pick_product(newest_first, "green")->id.text() == "prod_3");
  CHECK(billing::pick_product(newest_first, "blue") == nullptr);
  CHECK(billing::pick_product({newest_first[1]}, "green")->id.text() == "prod_4");
}
