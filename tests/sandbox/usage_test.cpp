// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

struct Metered {
  Account account{};
  std::string item = item_of(account.metered_subscription());

  Answer record(const std::string& action, int quantity, std::int64_t timestamp) {
    return account.post("/v1/subscription_items/" + item + "/usage_records",
                        {{"quantity", std::to_string(quantity)},
                         {"action", action},
                         {"timestamp", std::to_string(timestamp)}});
  }
  std::int64_t total() {
    return account.get("/v1/subscription_items/" + item + "/usage_record_summaries")
        .body["data"][0]["total_usage"];
  }
};

}  // namespace

TEST_CASE("set replaces one second's usage and leaves the other seconds alone") {
  Metered metered;
  const std::int64_t start = metered.account.now;
  metered.account.now += 100;
  metered.record("set", 1, start + 1);
  metered.record("set", 1, start + 2);
  metered.record("set", 1, start + 2);
  CHECK(metered.total() == 2);
  metered.record("set", 0, start + 2);
  CHECK(metered.total() == 1);
}

TEST_CASE("increment adds to its second and is the default") {
  Metered metered;
  metered.record("increment", 2, metered.account.now);
  metered.account.post("/v1/subscription_items/" + metered.item + "/usage_records",
                       {{"quantity", "3"}, {"timestamp", "now"}});
  CHECK(metered.total() == 5);
  metered.record("set", 1, metered.account.now);
  CHECK(metered.total() == 1);
}

TEST_CASE("the first second of a period and five minutes ahead are taken") {
  Metered metered;
  CHECK(metered.record("set", 1, metered.account.now).status == 200);
  CHECK(metered.record("set", 1, metered.account.now + 300).status == 200);
  CHECK(metered.total() == 2);
}

TEST_CASE("usage is refused on a licensed item") {
  Account account;
  const std::string price = account.licensed_price(account.product());
  const Json session =
      account.session(account.customer(), price, {{"line_items[0][quantity]", "1"}});
  const std::string item = item_of(account.pay(session["id"]));
  CHECK(account.post("/v1/subscription_items/" + item + "/usage_records", {{"quantity", "1"}})
            .status == 400);
}

TEST_CASE("enormous usage is held at 64 bits instead of turning negative") {
  Metered metered;
  const std::string most = "9223372036854775807";
  for (int i = 0; i < 2; ++i) {
    metered.account.post("/v1/subscription_items/" + metered.item + "/usage_records",
                         {{"quantity", most}});
  }
  CHECK(metered.total() == 9223372036854775807);
  const std::string subscription =
      metered.account.get("/v1/subscription_items/" + metered.item).body["subscription"];
  CHECK(metered.account.get("/v1/invoices/upcoming", {{"subscription", subscription}})
            .body["total"] == 9223372036854775807);
}

TEST_CASE("the oracle counts each call and each second, for one item and for all") {
  Metered metered;
  const std::int64_t now = metered.account.now;
  metered.record("set", 1, now);
  metered.record("set", 1, now);
  const Json one =
      metered.account.send("GET", "/_sandbox/usage?subscription_item=" + metered.item).body;
  CHECK(one["total"] == 1);
  CHECK(one["records"] == 2);
  CHECK(one["timestamps"] == Json{{std::to_string(now), 1}});
  CHECK(metered.account.send("GET", "/_sandbox/usage").body["items"][0] == one);
  CHECK(metered.account.send("GET", "/_sandbox/usage?subscription_item=si_x").status == 404);
}

}  // namespace sandbox_test
