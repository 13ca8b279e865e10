// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include <doctest/doctest.h>

#include <map>
#include <tuple>

namespace sandbox_test {
namespace {

constexpr int calls = 2000;

/// What each of many calls met.
std::vector<std::tuple<int, std::string, sandbox::Delivery>> met(Account& account) {
  std::vector<std::tuple<int, std::string, sandbox::Delivery>> all;
  for (int i = 0; i < calls; ++i) {
    const Answer answer =
        i % 2 == 0 ? account.post("/v1/customers", {{"name", "A"}}) : account.get("/v1/customers");
    all.emplace_back(answer.status, answer.header("Stripe-Rate-Limited-Reason"), answer.delivery);
  }
  return all;
}

Json drawn(Account& account) {
  return account.send("GET", "/_sandbox/faults").body["drawn"];
}

}  // namespace

TEST_CASE("the same seed and the same calls meet the same faults, another seed others") {
  Account one({.seed = 7, .faults = 0.2});
  Account same({.seed = 7, .faults = 0.2});
  Account other({.seed = 8, .faults = 0.2});
  const auto first = met(one);
  CHECK(met(same) == first);
  CHECK(drawn(same) == drawn(one));
  CHECK(met(other) != first);
}

TEST_CASE("faults of every kind are drawn as often as asked, and counted by kind") {
  Account account({.seed = 7, .faults = 0.2});
  std::int64_t stalls = 0;
  account.meanwhile = [&](std::chrono::milliseconds) { ++stalls; };
  std::map<std::string, std::int64_t> reasons;
  std::int64_t resets = 0;
  std::int64_t halves = 0;
  for (const auto& [status, reason, delivery] : met(account)) {
    if (!reason.empty()) ++reasons[reason];
    if (delivery == sandbox::Delivery::reset) ++resets;
    if (delivery == sandbox::Delivery::half) ++halves;
  }
  const Json counted = drawn(account);
  CHECK(counted["calls"] == calls);
  CHECK(counted["probability"] == 0.2);
  CHECK(counted["struck"] > calls / 5 - 100);
  CHECK(counted["struck"] < calls / 5 + 100);
  const Json& kinds = counted["kinds"];
  CHECK(kinds.size() == 13);
  CHECK(kinds["stall"] == stalls);
  CHECK(kinds["half_answer"] == halves);
  CHECK(kinds["reset_before"].get<std::int64_t>() + kinds["reset_after"].get<std::int64_t>() ==
        resets);
  CHECK(reasons.size() == 5);
  for (const auto& [reason, count] : reasons) CHECK(kinds[reason] == count);
}

TEST_CASE("nothing is drawn unless asked for") {
  Account account;
  for (const auto& [status, reason, delivery] : met(account)) CHECK(status == 200);
  CHECK(drawn(account)["calls"] == 0);
}

TEST_CASE("an order goes before a draw") {
  Account account({.seed = 7, .faults = 1});
  account.order_fault({{"operation", "GET /v1/account"}, {"status", 418}});
  CHECK(account.get("/v1/account").status == 418);
  CHECK(drawn(account)["calls"] == 0);
}

}  // namespace sandbox_test
