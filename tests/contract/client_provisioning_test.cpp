// SPDX-License-Identifier: Apache-2.0
#include <billing/provisioning.hpp>

#include "client_worlds.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using billing::Catalog;
using billing::PriceRole;
using billing::ProductRole;
using billing::ProvisionAction;
using billing::ProvisionedObject;
using billing::ProvisionRequest;
using billing::ProvisionScope;
using billing::stripe::Price;
using billing::tests::ClientWorld;
using billing::tests::InProcess;
using billing::tests::OverSocket;

namespace {

Catalog green() {
  return billing::devchat_catalog("green").value();
}

/// The catalog with another on-demand price.
Catalog green_at(std::int64_t cents) {
  Catalog catalog = green();
  std::ranges::find(catalog.prices, PriceRole::on_demand, &billing::PriceTerms::role)
      ->amount.minor = cents;
  return catalog;
}

std::vector<ProvisionedObject> provision_in(auto& world, const Catalog& catalog,
                                            const ProvisionRequest& request = {}) {
  auto objects = billing::provision(world.client, catalog, request);
  REQUIRE_MESSAGE(objects, objects.error().message);
  return *objects;
}

/// What happened, in the catalog's order, such as `ucruu`.
std::string actions(const std::vector<ProvisionedObject>& objects) {
  std::string letters;
  for (const ProvisionedObject& each : objects) {
    letters += each.action == ProvisionAction::unchanged ? '-' : name(each.action).front();
  }
  return letters;
}

Price price_in(auto& world, PriceRole role, const Catalog& catalog = green()) {
  auto prices = world.client.prices({catalog.price(role).lookup_key});
  REQUIRE(prices);
  REQUIRE(prices->size() == 1);
  return prices->front();
}

Price price_with_id(auto& world, const billing::PriceId& id, const billing::ProductId& product) {
  // Only active ones are listed by product, so an archived one is found by its absence.
  auto prices = world.client.active_prices(product);
  REQUIRE(prices);
  const auto found = std::ranges::find(*prices, id, &Price::id);
  Price archived;
  archived.active = false;
  return found == prices->end() ? archived : *found;
}

}  // namespace

TEST_CASE_TEMPLATE("the first run makes the whole catalog, the second changes nothing", Way,
                   InProcess, OverSocket) {
  ClientWorld<Way> world;
  const auto first = provision_in(world, green());
  CHECK(actions(first) == "cccccc");
  const std::size_t writes = world.writes();
  CHECK(writes == 6);
  const auto second = provision_in(world, green());
  CHECK(actions(second) == "------");
  CHECK(world.writes() == writes);
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].id == second[i].id);
    CHECK(first[i].key == second[i].key);
  }
}

TEST_CASE_TEMPLATE("what is made is exactly the catalog", Way, InProcess, OverSocket) {
  ClientWorld<Way> world;
  provision_in(world, green());
  const Catalog catalog = green();
  for (const auto& terms : catalog.products) {
    const auto products = world.client.products(terms.url);
    REQUIRE(products);
    REQUIRE(products->size() == 1);
    CHECK(products->front().name == terms.name);
    CHECK(products->front().unit_label == terms.unit_label);
    CHECK(products->front().metadata.at("challenge_id") == "green");
  }
  const Price metered = price_in(world, PriceRole::on_demand);
  CHECK(metered.unit_amount == 8000);
  CHECK(metered.currency == "usd");
  CHECK(metered.nickname == "/dev/chat Pair Coding On-Demand");
  CHECK(metered.metadata.at("challenge_id") == "green");
  REQUIRE(metered.recurring);
  CHECK(metered.recurring->interval == "month");
  CHECK(metered.recurring->usage_type == billing::UsageType::metered);
  CHECK(metered.recurring->aggregate_usage == "sum");
  CHECK(price_in(world, PriceRole::monthly).recurring->usage_type == billing::UsageType::licensed);
  CHECK_FALSE(price_in(world, PriceRole::workshop).recurring);
  CHECK(price_in(world, PriceRole::monthly).product == metered.product);
}

TEST_CASE("only the on-demand price and its product can be asked for") {
  ClientWorld<InProcess> world;
  const ProvisionRequest request{.only_price = PriceRole::on_demand};
  const auto first = provision_in(world, green(), request);
  CHECK(actions(first) == "cc");
  CHECK(first[1].key == "devchat_paircode_ondemand_green");
  CHECK(actions(provision_in(world, green(), request)) == "--");
  CHECK(actions(provision_in(world, green())) == "-c-ccc");
}

TEST_CASE_TEMPLATE("a price with another amount is replaced and the old one archived", Way,
                   InProcess, OverSocket) {
  ClientWorld<Way> world;
  provision_in(world, green_at(7000));
  const Price old = price_in(world, PriceRole::on_demand);
  const auto objects = provision_in(world, green());
  CHECK(actions(objects) == "--r---");
  const Price now = price_in(world, PriceRole::on_demand);
  CHECK(now.id != old.id);
  CHECK(now.id.text() == objects[2].id);
  CHECK(now.unit_amount == 8000);
  CHECK_FALSE(price_with_id(world, old.id, old.product).active);
  CHECK(actions(provision_in(world, green())) == "------");
}

TEST_CASE("a price of another kind is replaced") {
  ClientWorld<InProcess> world;
  Catalog wrong = green();
  // The on-demand terms under the monthly price's key.
  billing::PriceTerms terms = wrong.price(PriceRole::on_demand);
  terms.lookup_key = wrong.price(PriceRole::monthly).lookup_key;
  provision_in(world, green(), {.only_price = PriceRole::on_demand});
  const Price on_demand = price_in(world, PriceRole::on_demand);
  REQUIRE(world.client.create_price(terms, on_demand.product, "green", world.key()));
  CHECK(actions(provision_in(world, green())) == "-r-ccc");
  CHECK(price_in(world, PriceRole::monthly).recurring->usage_type == billing::UsageType::licensed);
}

TEST_CASE_TEMPLATE("names, nickname, unit label, metadata and being active are put right in place",
                   Way, InProcess, OverSocket) {
  ClientWorld<Way> world;
  const auto made = provision_in(world, green());
  const std::string product = "/v1/products/" + made[0].id;
  const std::string monthly = "/v1/prices/" + made[1].id;
  const std::string on_demand = "/v1/prices/" + made[2].id;
  const auto edit = [&](const std::string& path, const std::string& body) {
    CHECK(world.raw("POST", path, {}, body).status == 200);
  };
  SUBCASE("a product's name") {
    edit(product, "name=Other");
  }
  SUBCASE("a product's unit label") {
    edit(product, "unit_label=hour");
  }
  SUBCASE("an archived product") {
    edit(product, "active=false");
  }
  CHECK(actions(provision_in(world, green())).substr(1) == "-----");
  edit(monthly, "nickname=Other");
  edit(on_demand, "active=false&metadata[challenge_id]=");
  const auto objects = provision_in(world, green());
  CHECK(actions(objects) == "-uu---");
  CHECK(objects[2].id == made[2].id);
  CHECK(actions(provision_in(world, green())) == "------");
  CHECK(price_in(world, PriceRole::on_demand).metadata.at("challenge_id") == "green");
}

TEST_CASE(
    "a product that lost our challenge id is a stranger's, and the prices move to a new one") {
  ClientWorld<InProcess> world;
  const auto made = provision_in(world, green());
  world.raw("POST", "/v1/products/" + made[0].id, {}, "metadata[challenge_id]=");
  const auto objects = provision_in(world, green());
  CHECK(actions(objects) == "crr---");
  CHECK(price_in(world, PriceRole::monthly).product.text() == objects[0].id);
  CHECK(actions(provision_in(world, green())) == "------");
}

TEST_CASE("a run that ended before it archived the replaced price is finished by the next") {
  ClientWorld<InProcess> world;
  provision_in(world, green_at(7000));
  const Price old = price_in(world, PriceRole::on_demand);
  REQUIRE(world.client.create_price(green().price(PriceRole::on_demand), old.product, "green",
                                    world.key()));
  CHECK(price_with_id(world, old.id, old.product).active);
  const auto objects = provision_in(world, green());
  CHECK(actions(objects) == "---u---");
  CHECK(objects[3].id == old.id.text());
  CHECK_FALSE(price_with_id(world, old.id, old.product).active);
  CHECK(actions(provision_in(world, green())) == "------");
}

TEST_CASE("other people's prices on our product are left alone") {
  ClientWorld<InProcess> world;
  const auto made = provision_in(world, green());
  world.raw(
      "POST", "/v1/prices", {},
      "currency=usd&unit_amount=1&nickname=/dev/chat Pair Coding On-Demand&product=" + made[0].id);
  const std::size_t writes = world.writes();
  CHECK(actions(provision_in(world, green())) == "------");
  CHECK(world.writes() == writes);
}

TEST_CASE_TEMPLATE("a dry run says what would be done and does nothing of it", Way, InProcess,
                   OverSocket) {
  ClientWorld<Way> world;
  const ProvisionRequest dry{.scope = ProvisionScope::dry_run};
  const auto nothing_yet = provision_in(world, green(), dry);
  CHECK(actions(nothing_yet) == "cccccc");
  CHECK(nothing_yet[0].id.empty());
  CHECK(world.writes() == 0);
  const auto made = provision_in(world, green_at(7000));
  world.raw("POST", "/v1/prices/" + made[1].id, {}, "nickname=Other");
  const std::size_t writes = world.writes();
  CHECK(actions(provision_in(world, green(), dry)) == "-ur---");
  CHECK(world.writes() == writes);
}

TEST_CASE("a run that may only add what is missing touches nothing that is there") {
  ClientWorld<InProcess> world;
  const ProvisionRequest careful{.scope = ProvisionScope::only_missing};
  const auto made = provision_in(world, green_at(7000), {.only_price = PriceRole::on_demand});
  world.raw("POST", "/v1/products/" + made[0].id, {}, "name=Other");
  const auto objects = provision_in(world, green(), careful);
  CHECK(actions(objects) == "-c-ccc");
  CHECK(objects[0].differs);
  CHECK(objects[2].differs);
  CHECK_FALSE(objects[1].differs);
  CHECK(price_in(world, PriceRole::on_demand).unit_amount == 7000);
  const std::size_t writes = world.writes();
  CHECK(actions(provision_in(world, green(), careful)) == "------");
  CHECK(world.writes() == writes);
}

TEST_CASE("two challenge ids share an account without meeting") {
  ClientWorld<InProcess> world;
  provision_in(world, green());
  const Catalog red = billing::devchat_catalog("red").value();
  CHECK(actions(provision_in(world, red)) == "cccccc");
  CHECK(actions(provision_in(world, green())) == "------");
  CHECK(actions(provision_in(world, red)) == "------");
}

TEST_CASE_TEMPLATE("what is for sale is what stands at Stripe, active and of the right kind", Way,
                   InProcess, OverSocket) {
  ClientWorld<Way> world;
  CHECK(billing::read_offerings(world.client, green())->prices.empty());
  const auto made = provision_in(world, green_at(7000));
  const auto offerings = billing::read_offerings(world.client, green());
  REQUIRE(offerings);
  REQUIRE(offerings->prices.size() == 3);
  const auto* on_demand = offerings->find(PriceRole::on_demand);
  REQUIRE(on_demand != nullptr);
  CHECK(on_demand->id.text() == made[2].id);
  CHECK(on_demand->product.text() == made[0].id);
  CHECK(on_demand->product_name == "/dev/chat Pair Coding");
  CHECK((on_demand->amount == billing::Money{7000, "usd"}));

  world.raw("POST", "/v1/prices/" + made[1].id, {}, "active=false");
  world.raw("POST", "/v1/products/" + made[3].id, {}, "active=false");
  const auto fewer = billing::read_offerings(world.client, green());
  REQUIRE(fewer);
  CHECK(fewer->prices.size() == 1);
  CHECK(fewer->find(PriceRole::on_demand) != nullptr);
}
