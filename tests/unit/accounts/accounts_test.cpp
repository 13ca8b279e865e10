// SPDX-License-Identifier: Apache-2.0
#include <billing/accounts.hpp>

#include <doctest/doctest.h>

#include <string>

namespace billing {
namespace {

Subscription subscription(const std::string& id, const std::string& status, int created) {
  return {.id = SubscriptionId(id),
          .customer = CustomerId("cus_1"),
          .status = status,
          .created = Second(std::chrono::seconds(created)),
          .items = {}};
}

}  // namespace

TEST_CASE("An e-mail is trimmed and its domain lowered, and nothing else of it is touched") {
  CHECK(normalise_email("  Robin.Doe@Example.COM \n").value() == "Robin.Doe@example.com");
}

TEST_CASE("What is no e-mail address is refused by its field's name") {
  for (const std::string text : {"", "   ", "robin", "@example.com", "robin@", "robin@localhost",
                                 "a@b@c.de", "ro bin@example.com", "robin@exa\tmple.com",
                                 "robin@.com", "robin@example.", "robin@a..b"}) {
    CAPTURE(text);
    const auto result = normalise_email(text);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::invalid);
    CHECK(result.error().message.find("email") != std::string::npos);
  }
}

TEST_CASE("An e-mail of 512 bytes is taken and one of 513 is not") {
  const std::string domain = "@example.com";
  CHECK(normalise_email(std::string(512 - domain.size(), 'a') + domain).has_value());
  CHECK_FALSE(normalise_email(std::string(513 - domain.size(), 'a') + domain).has_value());
}

TEST_CASE("A subscription in force speaks for a customer before a newer one that has ended") {
  const std::vector<Subscription> all = {subscription("sub_ended", "canceled", 30),
                                         subscription("sub_live", "past_due", 20),
                                         subscription("sub_old", "active", 10)};
  REQUIRE(current(all) != nullptr);
  CHECK(current(all)->id.text() == "sub_live");
  CHECK(current({all[0]})->id.text() == "sub_ended");
  CHECK(current({}) == nullptr);
}

TEST_CASE("A subscription that was never paid for is not in force") {
  CHECK(is_live(subscription("sub_1", "trialing", 1)));
  CHECK(is_live(subscription("sub_1", "unpaid", 1)));
  CHECK_FALSE(is_live(subscription("sub_1", "incomplete", 1)));
  CHECK_FALSE(is_live(subscription("sub_1", "incomplete_expired", 1)));
  CHECK_FALSE(is_live(subscription("sub_1", "canceled", 1)));
}

TEST_CASE("Usage goes to the metered item of the product, whatever its price") {
  Subscription bought = subscription("sub_1", "active", 1);
  const ProductId product("prod_pair");
  bought.items.push_back({.id = ItemId("si_licensed"), .product = product});
  bought.items.push_back({.id = ItemId("si_other"),
                          .product = ProductId("prod_other"),
                          .usage_type = UsageType::metered});
  CHECK(metered_item(bought, product) == nullptr);
  bought.items.push_back({.id = ItemId("si_metered"),
                          .price = PriceId("price_of_last_year"),
                          .product = product,
                          .usage_type = UsageType::metered});
  REQUIRE(metered_item(bought, product) != nullptr);
  CHECK(metered_item(bought, product)->id.text() == "si_metered");
}

}  // namespace billing
