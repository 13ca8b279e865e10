// SPDX-License-Identifier: Apache-2.0
#include "metered.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

std::string refusal_message(const Answer& answer) {
  CHECK(answer.status == 400);
  return answer.error()["message"];
}

std::string refusal_code(const Answer& answer) {
  CHECK(answer.status == 400);
  return answer.error().value("code", "");
}

}  // namespace

TEST_CASE("a meter event is answered as it was sent, with an identifier if it had none") {
  for (const std::string& version : {std::string(), current_world}) {
    MeteredCustomer metered(version);
    const std::int64_t now = metered.account.now;
    const Answer answer = metered.send("25", {{"identifier", "one"}, {"payload[region]", "eu"}});
    CHECK(answer.body ==
          Json{{"object", "billing.meter_event"},
               {"created", now},
               {"event_name", "clicks"},
               {"identifier", "one"},
               {"livemode", false},
               {"payload",
                {{"stripe_customer_id", metered.customer}, {"value", "25"}, {"region", "eu"}}},
               {"timestamp", now}});
    const Json first = metered.send("1").body;
    const Json second = metered.send("1").body;
    CHECK_FALSE(std::string(first["identifier"]).empty());
    CHECK(first["identifier"] != second["identifier"]);
    CHECK(metered.used(0, 1)[0]["aggregated_value"] == 27);
  }
}

TEST_CASE("events of no active meter are refused") {
  MeteredCustomer metered;
  const auto send = [&] {
    return metered.account.post("/v1/billing/meter_events",
                                {{"event_name", "taps"}, {"payload[value]", "1"}});
  };
  CHECK(refusal_message(send()) == "No active meter found for event name \"taps\"");
  const std::string taps = metered.new_meter("taps");
  CHECK(send().status == 200);
  metered.account.post("/v1/billing/meters/" + taps + "/deactivate");
  CHECK(refusal_message(send()) == "No active meter found for event name \"taps\"");
  metered.account.post("/v1/billing/meters/" + taps + "/reactivate");
  CHECK(send().status == 200);
  const Answer bare = metered.account.post("/v1/billing/meter_events", {{"event_name", "taps"}});
  CHECK(refusal_message(bare) == "Missing required param: payload.");
  CHECK(metered.send("1", {{"payload[x][y]", "1"}}).error()["param"] == "payload[x]");
  CHECK(metered.send("1", {{"identifier", std::string(101, 'x')}}).error()["param"] ==
        "identifier");
}

TEST_CASE("an event is at most 35 days old and five minutes ahead") {
  MeteredCustomer metered;
  const std::int64_t now = metered.account.now;
  CHECK(metered.send_at("1", now - 35 * day).status == 200);
  CHECK(metered.send_at("1", now + 300).status == 200);
  CHECK(refusal_message(metered.send_at("1", now - 35 * day - 1)) ==
        "The event timestamp cannot be more than 35 days in past. Expected a timestamp greater "
        "than or equal to " +
            std::to_string(now - 35 * day) + ".");
  const Answer ahead = metered.send_at("1", now + 301);
  CHECK(ahead.status == 400);
  CHECK(ahead.error()["param"] == "timestamp");
}

TEST_CASE("values are exact decimals, and what is no number is refused") {
  MeteredCustomer metered;
  for (const char* good : {"0.1", "0.2", "-0.05", "3", "000.75", "0.000000000001"}) {
    CAPTURE(good);
    CHECK(metered.send(good).status == 200);
  }
  CHECK(metered.used(0, 1)[0]["aggregated_value"].get<double>() == doctest::Approx(4.0));
  CHECK(metered.preview()["lines"]["data"][0]["amount"] == 32000);
  for (const char* bad : {"abc", "1e3", ".5", "5.", "--1", "-", "1,5", " 1", "1.2.3", "."}) {
    CAPTURE(bad);
    const Answer answer = metered.send(bad);
    CHECK(refusal_code(answer) == "meter_event_invalid_value");
    CHECK(answer.error()["param"] == "payload[value]");
  }
  for (const char* long_one : {"1234567890123456", "0.1234567890123"}) {
    CHECK(refusal_code(metered.send(long_one)) == "meter_event_value_too_many_digits");
  }
}

TEST_CASE("an event of an unknown customer, or without a value, is taken and counts nowhere") {
  MeteredCustomer metered;
  const std::string path = "/v1/billing/meter_events";
  CHECK(metered.account
            .post(path, {{"event_name", "clicks"},
                         {"payload[stripe_customer_id]", "cus_none"},
                         {"payload[value]", "5"},
                         {"identifier", "lost"}})
            .status == 200);
  CHECK(
      metered.account
          .post(path, {{"event_name", "clicks"}, {"payload[stripe_customer_id]", metered.customer}})
          .status == 200);
  CHECK(metered.used(0, 1)[0]["aggregated_value"] == 0);
  CHECK(metered.cancel("lost").status == 200);
}

TEST_CASE("a meter names the payload keys of its customer and its value") {
  MeteredCustomer metered;
  metered.meter = metered.account
                      .post("/v1/billing/meters", {{"display_name", "Tokens"},
                                                   {"event_name", "tokens"},
                                                   {"default_aggregation[formula]", "sum"},
                                                   {"customer_mapping[type]", "by_id"},
                                                   {"customer_mapping[event_payload_key]", "who"},
                                                   {"value_settings[event_payload_key]", "tokens"},
                                                   {"event_time_window", "hour"}})
                      .body["id"];
  metered.account.post(
      "/v1/billing/meter_events",
      {{"event_name", "tokens"}, {"payload[who]", metered.customer}, {"payload[tokens]", "7"}});
  CHECK(metered.used(0, 1)[0]["aggregated_value"] == 7);
}

TEST_CASE("an identifier is refused again for 24 hours of the sandbox's time") {
  MeteredCustomer metered;
  CHECK(metered.send("1", {{"identifier", "one"}}).status == 200);
  metered.account.send("POST", "/_sandbox/clock", "{\"advance\": " + std::to_string(day - 1) + "}");
  const Answer again = metered.send("1", {{"identifier", "one"}});
  CHECK(refusal_message(again) == "An event already exists with identifier one.");
  CHECK(again.error()["type"] == "invalid_request_error");
  CHECK_FALSE(again.error().contains("code"));
  CHECK(again.header("Stripe-Should-Retry") == "false");
  CHECK(metered.send("1", {{"identifier", "two"}}).status == 200);
  metered.account.send("POST", "/_sandbox/clock", "{\"advance\": 1}");
  CHECK(metered.send("1", {{"identifier", "one"}}).status == 200);
  CHECK(metered.send("1", {{"identifier", "two"}}).status == 400);
  CHECK(metered.used(0, 2)[0]["aggregated_value"] == 3);
}

TEST_CASE("a cancelled event counts no more, and its identifier stays used") {
  MeteredCustomer metered;
  metered.send("1", {{"identifier", "one"}});
  metered.send("2", {{"identifier", "two"}});
  CHECK(metered.cancel("one").body == Json{{"object", "billing.meter_event_adjustment"},
                                           {"cancel", {{"identifier", "one"}}},
                                           {"event_name", "clicks"},
                                           {"livemode", false},
                                           {"status", "complete"},
                                           {"type", "cancel"}});
  CHECK(metered.used(0, 1)[0]["aggregated_value"] == 2);
  CHECK(metered.send("1", {{"identifier", "one"}}).status == 400);
  CHECK(refusal_code(metered.cancel("none")) == "resource_missing");
  metered.new_meter("taps");
  CHECK(metered.account
            .post("/v1/billing/meter_event_adjustments",
                  {{"event_name", "taps"}, {"type", "cancel"}, {"cancel[identifier]", "two"}})
            .status == 400);
  metered.account.now += day;
  CHECK(refusal_code(metered.cancel("two")) == "resource_missing");
}

TEST_CASE("summaries add up by the meter's formula, in all or by window, newest first") {
  for (const auto& [formula, today, in_all] :
       {std::tuple{"sum", 6.0, 10.0}, std::tuple{"count", 3.0, 4.0},
        std::tuple{"last", 1.0, 1.0}}) {
    CAPTURE(formula);
    MeteredCustomer metered("2026-10-28.endive", formula);
    const std::int64_t midnight = metered.account.now / day * day;
    metered.account.now = midnight + day - 60;
    metered.send_at("4", midnight - 3 * day + 5);
    metered.send_at("2", midnight);
    metered.send_at("3", midnight + 3600);
    metered.send_at("1", midnight + 3601);
    const Json all = metered.used(-3, 1);
    REQUIRE(all.size() == 1);
    CHECK(all[0]["aggregated_value"] == in_all);
    CHECK(all[0]["start_time"] == midnight - 3 * day);
    CHECK(all[0]["end_time"] == midnight + day);
    CHECK(all[0]["meter"] == metered.meter);
    const Json days = metered.used(-3, 1, {{"value_grouping_window", "day"}});
    REQUIRE(days.size() == 2);
    CHECK(days[0]["start_time"] == midnight);
    CHECK(days[0]["aggregated_value"] == today);
    CHECK(days[1]["end_time"] == midnight - 2 * day);
    const Json hours = metered.used(-3, 1, {{"value_grouping_window", "hour"}});
    REQUIRE(hours.size() == 3);
    CHECK(hours[0]["start_time"] == midnight + 3600);
    CHECK(hours[1]["end_time"] == midnight + 3600);
    const Json rest = metered.used(
        -3, 1, {{"value_grouping_window", "hour"}, {"starting_after", hours[0]["id"]}});
    REQUIRE(rest.size() == 2);
    CHECK(rest[0] == hours[1]);
  }
}

TEST_CASE("a summary's times lie on the boundaries of its windows") {
  MeteredCustomer metered;
  const std::int64_t midnight = metered.account.now / day * day;
  const auto asked = [&](std::int64_t start, std::int64_t end, const std::string& window) {
    Fields fields = {{"customer", metered.customer},
                     {"start_time", std::to_string(start)},
                     {"end_time", std::to_string(end)}};
    if (!window.empty()) fields.emplace_back("value_grouping_window", window);
    return metered.account.get("/v1/billing/meters/" + metered.meter + "/event_summaries", fields);
  };
  CHECK(asked(midnight + 60, midnight + 120, "").status == 200);
  CHECK(asked(midnight + 61, midnight + 120, "").error()["param"] == "start_time");
  CHECK(asked(midnight + 60, midnight + 3600, "hour").error()["param"] == "start_time");
  CHECK(asked(midnight, midnight + 5400, "hour").error()["param"] == "end_time");
  CHECK(asked(midnight, midnight + 3600, "day").error()["param"] == "end_time");
  CHECK(asked(midnight, midnight, "").error()["param"] == "end_time");
  CHECK(asked(midnight, midnight + day, "week").error()["param"] == "value_grouping_window");
  metered.customer = "cus_none";
  CHECK(asked(midnight, midnight + day, "").error()["param"] == "customer");
}

}  // namespace sandbox_test
