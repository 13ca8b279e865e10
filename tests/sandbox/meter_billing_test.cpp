// SPDX-License-Identifier: Apache-2.0
#include "metered.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

Json single_line(const Json& invoice) {
  REQUIRE(invoice["lines"]["data"].size() == 1);
  return invoice["lines"]["data"][0];
}

}  // namespace

TEST_CASE("a month of three meter events costs what three usage records cost: one line, paid") {
  for (const std::string& version : {std::string(), current_world}) {
    MeteredCustomer metered(version);
    for (int i = 0; i < 3; ++i) {
      metered.account.now += day;
      REQUIRE(metered.send("1").status == 200);
    }
    const Json upcoming = metered.preview();
    CHECK(upcoming["total"] == 24000);
    CHECK(single_line(upcoming)["quantity"] == 3);
    const Json invoice = metered.invoice_of_the_month();
    CHECK(invoice["status"] == "paid");
    CHECK(invoice["total"] == 24000);
    CHECK(single_line(invoice)["quantity"] == 3);
    CHECK(single_line(invoice)["amount"] == 24000);
    CHECK(single_line(invoice)["description"] == "3 × /dev/chat Pair Coding (at $80.00 / month)");
    // The next period begins with nothing.
    CHECK(metered.preview()["total"] == 0);
  }
}

TEST_CASE("a period has its first second, and not that in which the next one begins") {
  MeteredCustomer metered;
  const std::int64_t start = metered.subscription["current_period_start"];
  const std::int64_t end = metered.subscription["current_period_end"];
  metered.send_at("1", start - 1);
  metered.send_at("2", start);
  metered.account.now = end - 1;
  metered.send_at("4", end - 1);
  metered.send_at("8", end);
  CHECK(metered.preview()["total"] == 48000);
  const Json invoice = metered.invoice_of_the_month();
  CHECK(invoice["total"] == 48000);
  CHECK(metered.preview()["total"] == 64000);
}

TEST_CASE("an event that comes late is billed as long as the invoice is a draft") {
  MeteredCustomer metered;
  const std::int64_t end = metered.subscription["current_period_end"];
  metered.account.now = end + hour / 2;
  metered.send_at("4", end - 1);
  CHECK(metered.invoice_of_the_month()["total"] == 32000);
  CHECK(metered.invoice_of_the_month()["status"] == "paid");
}

TEST_CASE("count bills events and last the latest of the period, whatever came after it") {
  for (const auto& [formula, total] : {std::pair{"count", 24000}, std::pair{"last", 16000}}) {
    CAPTURE(formula);
    MeteredCustomer metered(current_world, formula);
    const std::int64_t now = metered.account.now;
    metered.account.now += 5 * day;
    metered.send_at("9", now + 3600);
    metered.send_at("2", now + 4 * day);
    metered.send_at("7", now + 2 * day);
    CHECK(metered.preview()["total"] == total);
    CHECK(metered.invoice_of_the_month()["total"] == total);
    // Neither carries over.
    CHECK(metered.preview()["total"] == 0);
  }
}

TEST_CASE("every subscription of the customer to the meter bills it, and nobody else's") {
  MeteredCustomer metered;
  const std::string half = metered.price_on(metered.meter, "0.5");
  const std::string second = metered.subscribe(metered.customer, half)["id"];
  const std::string stranger =
      metered.subscribe(metered.account.customer("bob@example.com"), metered.price)["id"];
  metered.send("3");
  const auto total = [&](const std::string& subscription) {
    return metered.account.get("/v1/invoices/upcoming", {{"subscription", subscription}})
        .body["total"];
  };
  CHECK(total(metered.subscription["id"]) == 24000);
  CHECK(total(second) == 2);
  CHECK(total(stranger) == 0);
}

TEST_CASE("a fraction is billed exactly, and a total below nothing as nothing") {
  MeteredCustomer metered(current_world);
  metered.send("0.25", {{"identifier", "quarter"}});
  metered.send("1");
  const Json line = single_line(metered.preview());
  CHECK(line["amount"] == 10000);
  CHECK(line["quantity"] == 2);
  CHECK(line["quantity_decimal"] == "1.25");
  metered.cancel("quarter");
  CHECK(single_line(metered.preview())["quantity_decimal"] == "1");
  metered.send("-5");
  CHECK(single_line(metered.preview())["amount"] == 0);
  CHECK(metered.used(0, 1)[0]["aggregated_value"] == -4);
}

TEST_CASE("what is used in a trial isn't billed") {
  MeteredCustomer metered;
  const Answer made = metered.account.post("/v1/subscriptions", {{"customer", metered.customer},
                                                                 {"items[0][price]", metered.price},
                                                                 {"trial_period_days", "7"}});
  REQUIRE(made.status == 200);
  metered.subscription = made.body;
  metered.send("5");
  CHECK(metered.preview()["total"] == 0);
}

TEST_CASE("the events of a clock's customer belong to the clock's time") {
  MeteredCustomer metered;
  Account& account = metered.account;
  const std::string clocks = "/v1/test_helpers/test_clocks";
  const std::string clock =
      account.post(clocks, {{"frozen_time", std::to_string(january_31)}}).body["id"];
  metered.customer = account.post("/v1/customers", {{"test_clock", clock}}).body["id"];
  metered.subscription = metered.subscribe(metered.customer, metered.price);
  const auto advance = [&](std::int64_t to) {
    account.post(clocks + "/" + clock + "/advance", {{"frozen_time", std::to_string(to)}});
  };
  const Json event = metered.send("1").body;
  CHECK(event["timestamp"] == january_31);
  CHECK(event["created"] == january_31);
  // The sandbox's time is another, years later.
  CHECK(metered.send_at("1", account.now).status == 400);
  advance(february_28 - 1);
  CHECK(metered.send_at("2", january_31 + day).status == 200);
  CHECK(metered.preview()["total"] == 24000);
  advance(february_28 + 2 * 3600);
  const std::string latest =
      account.get("/v1/subscriptions/" + std::string(metered.subscription["id"]))
          .body["latest_invoice"];
  const Json invoice = account.get("/v1/invoices/" + latest).body;
  CHECK(invoice["total"] == 24000);
  CHECK(single_line(invoice)["quantity"] == 3);
}

TEST_CASE("a hundred thousand events are added up exactly, also after some were cancelled") {
  MeteredCustomer metered;
  const std::int64_t start = metered.account.now;
  metered.account.now += 25 * day;
  for (int i = 0; i < 100'000; ++i) {
    const Answer answer = metered.send("0.001", {{"timestamp", std::to_string(start + i * 20)},
                                                 {"identifier", "event " + std::to_string(i)}});
    REQUIRE(answer.status == 200);
  }
  for (int i = 0; i < 100'000; i += 1000)
    REQUIRE(metered.cancel("event " + std::to_string(i)).status == 200);
  const Json line = single_line(metered.preview());
  CHECK(line["quantity"] == 100);
  CHECK(line["amount"] == 799200);
}

}  // namespace sandbox_test
