// SPDX-License-Identifier: Apache-2.0
#include "subscriptions.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {

TEST_CASE("a change that would be prorated is not emulated, and without proration it waits") {
  Account account;
  const Json subscription = licensed(account);
  const Fields change = {{"items[0][id]", item_of(subscription)}, {"items[0][quantity]", "5"}};
  const Answer prorated = account.post(subscription_path(subscription), change);
  CHECK(prorated.status == 400);
  CHECK(std::string(prorated.error()["message"]).starts_with("not emulated: proration"));
  CHECK(account.get(subscription_path(subscription)).body == subscription);
  Fields plain = change;
  plain.emplace_back("proration_behavior", "none");
  const Json changed = account.post(subscription_path(subscription), plain).body;
  CHECK(changed["items"]["data"][0]["quantity"] == 5);
  CHECK(changed["quantity"] == 5);
  CHECK(invoices(account, subscription).size() == 1);
  const Json event = last_of_type(account, "customer.subscription.updated");
  CHECK(event["data"]["previous_attributes"]["items"]["data"][0]["quantity"] == 2);
  CHECK(event["data"]["previous_attributes"]["quantity"] == 2);
  CHECK(
      account.get("/v1/invoices/upcoming", {{"subscription", subscription["id"]}}).body["total"] ==
      10000);
}

TEST_CASE("another price begins with quantity 1, in the same item and the same period") {
  Account account;
  const Json subscription = licensed(account);
  const std::string dearer = account.licensed_price(account.product(), "7000");
  const Json swapped =
      account
          .post(subscription_path(subscription), {{"items[0][id]", item_of(subscription)},
                                                  {"items[0][price]", dearer},
                                                  {"proration_behavior", "none"}})
          .body;
  CHECK(item_of(swapped) == item_of(subscription));
  CHECK(swapped["items"]["data"][0]["price"]["id"] == dearer);
  CHECK(swapped["items"]["data"][0]["quantity"] == 1);
  CHECK(swapped["current_period_end"] == subscription["current_period_end"]);
  CHECK(account.get("/v1/subscriptions", {{"price", dearer}}).body["data"].size() == 1);
}

TEST_CASE("metered items come, are swapped and go without proration, and usage stays with them") {
  Account account;
  const std::string product = account.product();
  const std::string first = account.metered_price(product);
  const Json subscription = paid(account, first);
  use(account, subscription, "3");
  const std::string second = account.metered_price(product);
  const Json swapped =
      account
          .post(subscription_path(subscription),
                {{"items[0][id]", item_of(subscription)}, {"items[0][price]", second}})
          .body;
  CHECK(swapped["items"]["data"][0]["price"]["id"] == second);
  CHECK(!swapped["items"]["data"][0].contains("quantity"));
  CHECK(account.post(subscription_path(subscription), {{"items[0][price]", first}})
            .body["items"]["data"]
            .size() == 2);
  const Answer kept =
      account.post(subscription_path(subscription),
                   {{"items[0][id]", item_of(subscription)}, {"items[0][deleted]", "true"}});
  CHECK(kept.status == 400);
  CHECK(kept.error()["param"] == "items[0][clear_usage]");
  const Json left =
      account
          .post(subscription_path(subscription), {{"items[0][id]", item_of(subscription)},
                                                  {"items[0][deleted]", "true"},
                                                  {"items[0][clear_usage]", "true"}})
          .body;
  REQUIRE(left["items"]["data"].size() == 1);
  CHECK(left["items"]["data"][0]["price"]["id"] == first);
  CHECK(account.get("/v1/subscription_items/" + item_of(subscription)).status == 404);
}

TEST_CASE("what items can't be is refused, and nothing is changed") {
  Account account;
  const std::string product = account.product();
  const std::string metered = account.metered_price(product);
  const Json subscription = paid(account, metered);
  const std::string item = item_of(subscription);
  const auto refused = [&](Fields fields) {
    const Answer answer = account.post(subscription_path(subscription), fields);
    CHECK(answer.status == 400);
    CHECK(account.get(subscription_path(subscription)).body == subscription);
    return answer.body["error"];
  };
  CHECK(refused({{"items[0][id]", "si_none"}})["param"] == "items[0][id]");
  CHECK(refused({{"items[0][price]", metered}})["param"] == "plan");
  CHECK(refused({{"items[0][id]", item}, {"items[0][quantity]", "1"}})["message"] ==
        "You cannot set the quantity for metered plans.");
  CHECK(std::string(refused({{"items[0][id]", item}, {"items[0][deleted]", "true"}})["message"])
            .starts_with("A subscription must have at least one active plan."));
  CHECK(refused({{"items[0][price]", "price_none"}})["param"] == "items[0][price]");
  Fields many;
  for (int at = 0; at < 20; ++at) {
    many.emplace_back("items[" + std::to_string(at) + "][price]", account.metered_price(product));
  }
  CHECK(refused(many)["param"] == "items");
}

TEST_CASE("a price can be brought along, and is for this subscription alone") {
  Account account;
  const Json subscription = account.metered_subscription();
  const Json added = account
                         .post(subscription_path(subscription),
                               {{"items[0][price_data][currency]", "usd"},
                                {"items[0][price_data][product]", account.product()},
                                {"items[0][price_data][unit_amount]", "700"},
                                {"items[0][price_data][recurring][interval]", "month"},
                                {"proration_behavior", "none"}})
                         .body;
  const Json price = added["items"]["data"][1]["price"];
  CHECK(price["unit_amount"] == 700);
  CHECK(price["active"] == false);
  CHECK(last_of_type(account, "price.created")["data"]["object"] == price);
}

TEST_CASE("items have routes of their own, in both worlds") {
  Account account;
  const Json subscription = account.metered_subscription();
  const std::string product = account.product();
  for (const char* version : {"2025-02-24.acacia", "2026-10-28.endive"}) {
    account.version = version;
    const Json added =
        account
            .post("/v1/subscription_items", {{"subscription", subscription["id"]},
                                             {"price", account.licensed_price(product)},
                                             {"quantity", "2"},
                                             {"proration_behavior", "none"}})
            .body;
    CHECK(added["quantity"] == 2);
    CHECK(added.contains("current_period_end") == (std::string(version) != "2025-02-24.acacia"));
    const std::string path = "/v1/subscription_items/" + std::string(added["id"]);
    const Json updated =
        account
            .post(path, {{"quantity", "4"}, {"proration_behavior", "none"}, {"metadata[a]", "b"}})
            .body;
    CHECK(updated["quantity"] == 4);
    CHECK(updated["metadata"]["a"] == "b");
    CHECK(account.post(path, {{"quantity", "5"}}).status == 400);
    const Json gone = account.remove(path + "?proration_behavior=none").body;
    CHECK(gone == Json{{"id", added["id"]}, {"object", "subscription_item"}, {"deleted", true}});
    CHECK(account.get(path).status == 404);
  }
  CHECK(account.remove("/v1/subscription_items/" + item_of(subscription)).status == 400);
  account.version.clear();
  account.remove(subscription_path(subscription));
  const Answer none = account.post(
      "/v1/subscription_items",
      {{"subscription", subscription["id"]}, {"price", account.metered_price(product)}});
  CHECK(none.status == 404);
  CHECK(std::string(none.error()["message"]).starts_with("No such subscription"));
}

}  // namespace sandbox_test
