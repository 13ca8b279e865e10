// SPDX-License-Identifier: Apache-2.0
#include <billing/catalog.hpp>

#include <doctest/doctest.h>

using billing::devchat_catalog;
using billing::Money;
using billing::Offerings;
using billing::PriceId;
using billing::PriceRole;
using billing::ProductRole;

TEST_CASE("the catalog is what the clients of /dev/chat were promised") {
  const auto catalog = devchat_catalog("thoughtful-green-narwhal");
  REQUIRE(catalog);
  CHECK(catalog->products.size() == 2);
  CHECK(catalog->prices.size() == 3);

  const auto& pair_coding = catalog->product(ProductRole::pair_coding);
  CHECK(pair_coding.name == "/dev/chat Pair Coding");
  CHECK(pair_coding.url == "https://devchat.stripe/paircode/thoughtful-green-narwhal");
  CHECK(pair_coding.unit_label == "session");
  const auto& workshops = catalog->product(ProductRole::workshop);
  CHECK(workshops.name == "/dev/chat Workshop");
  CHECK(workshops.url == "https://devchat.stripe/workshop/thoughtful-green-narwhal");
  CHECK(workshops.unit_label == "attendee");

  const auto& monthly = catalog->price(PriceRole::monthly);
  CHECK(monthly.lookup_key == "devchat_paircode_monthly_thoughtful-green-narwhal");
  CHECK(monthly.nickname == "/dev/chat Pair Coding Monthly");
  CHECK((monthly.amount == Money{6000, "usd"}));
  CHECK(monthly.trial_days == 3);
  const auto& on_demand = catalog->price(PriceRole::on_demand);
  CHECK(on_demand.product == ProductRole::pair_coding);
  CHECK(on_demand.lookup_key == "devchat_paircode_ondemand_thoughtful-green-narwhal");
  CHECK(on_demand.nickname == "/dev/chat Pair Coding On-Demand");
  CHECK((on_demand.amount == Money{8000, "usd"}));
  CHECK(on_demand.trial_days == 0);
  const auto& workshop = catalog->price(PriceRole::workshop);
  CHECK(workshop.product == ProductRole::workshop);
  CHECK(workshop.lookup_key == "devchat_workshop_thoughtful-green-narwhal");
  CHECK(workshop.nickname == "/dev/chat Workshop");
  CHECK((workshop.amount == Money{8000, "usd"}));
}

TEST_CASE("a challenge id that could not stand in a url or a lookup key is invalid") {
  for (const std::string id :
       {"", "Green-Narwhal", "green narwhal", "green/narwhal", "gr\xC3\xBCn"}) {
    CAPTURE(id);
    CHECK_FALSE(devchat_catalog(id));
  }
  CHECK(devchat_catalog(std::string(64, 'a')));
  CHECK_FALSE(devchat_catalog(std::string(65, 'a')));
}

TEST_CASE("an offering that is not there is not found") {
  const Offerings nothing;
  CHECK(nothing.find(PriceRole::monthly) == nullptr);
  CHECK(nothing.find(PriceId("price_1")) == nullptr);
}
