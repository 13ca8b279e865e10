// SPDX-License-Identifier: Apache-2.0
#include "metered.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

const std::string meters_path = "/v1/billing/meters";

const Fields clicks_meter = {
    {"display_name", "Clicks"}, {"event_name", "clicks"}, {"default_aggregation[formula]", "sum"}};

Fields and_also(Fields fields, const Fields& extra) {
  fields.insert(fields.end(), extra.begin(), extra.end());
  return fields;
}

std::vector<std::string> meter_event_types(Account& account, const std::string& of) {
  std::vector<std::string> types;
  const Json list = account.get("/v1/events", {{"type", of}}).body["data"];
  for (const Json& event : list) {
    types.insert(types.begin(), event["type"].get<std::string>());
  }
  return types;
}

void refused_with(const Answer& answer, const std::string& message, const std::string& param,
                  const std::string& code = "") {
  CHECK(answer.status == 400);
  CHECK(answer.error()["type"] == "invalid_request_error");
  CHECK(answer.error()["message"] == message);
  CHECK(answer.error().value("param", "") == param);
  CHECK(answer.error().value("code", "") == code);
}

}  // namespace

TEST_CASE("a meter has the fields of Stripe's, and the defaults of what was left out") {
  for (const std::string& version : {std::string(), current_world}) {
    Account account;
    account.version = version;
    const Answer made = account.post(meters_path, clicks_meter);
    REQUIRE_MESSAGE(made.status == 200, made.text);
    Json expected = {
        {"object", "billing.meter"},
        {"created", account.now},
        {"customer_mapping", {{"event_payload_key", "stripe_customer_id"}, {"type", "by_id"}}},
        {"default_aggregation", {{"formula", "sum"}}},
        {"display_name", "Clicks"},
        {"event_name", "clicks"},
        {"event_time_window", nullptr},
        {"id", made.body["id"]},
        {"livemode", false},
        {"status", "active"},
        {"status_transitions", {{"deactivated_at", nullptr}}},
        {"updated", account.now},
        {"value_settings", {{"event_payload_key", "value"}}}};
    CHECK(made.body == expected);
    CHECK(std::string(made.body["id"]).starts_with("mtr_test_"));
    const std::string path = meters_path + "/" + std::string(made.body["id"]);
    CHECK(account.get(path).body == expected);
    account.now += 5;
    expected["display_name"] = "Presses";
    expected["updated"] = account.now;
    CHECK(account.post(path, {{"display_name", "Presses"}}).body == expected);
    CHECK(meter_event_types(account, "billing.meter.*") ==
          std::vector<std::string>{"billing.meter.created", "billing.meter.updated"});
  }
}

TEST_CASE("an event name belongs to one active meter at a time") {
  Account account;
  const std::string first = account.post(meters_path, clicks_meter).body["id"];
  const Answer second = account.post(meters_path, clicks_meter);
  CHECK(second.status == 400);
  CHECK(second.error()["code"] == "resource_already_exists");

  account.now += 10;
  const Json off = account.post(meters_path + "/" + first + "/deactivate").body;
  CHECK(off["status"] == "inactive");
  CHECK(off["status_transitions"]["deactivated_at"] == account.now);
  CHECK(account.post(meters_path + "/" + first + "/deactivate").status == 400);
  const std::string other = account.post(meters_path, clicks_meter).body["id"];
  CHECK(account.post(meters_path + "/" + first + "/reactivate").status == 400);
  CHECK(account.get(meters_path, {{"status", "active"}}).body["data"][0]["id"] == other);
  CHECK(account.get(meters_path, {{"status", "inactive"}}).body["data"][0]["id"] == first);
  CHECK(account.get(meters_path).body["data"].size() == 2);

  account.post(meters_path + "/" + other + "/deactivate");
  const Json on = account.post(meters_path + "/" + first + "/reactivate").body;
  CHECK(on["status"] == "active");
  CHECK(on["status_transitions"]["deactivated_at"].is_null());
  CHECK(account.post(meters_path + "/" + first + "/reactivate").status == 400);
  CHECK(meter_event_types(account, "billing.meter.*") ==
        std::vector<std::string>{"billing.meter.created", "billing.meter.deactivated",
                                 "billing.meter.created", "billing.meter.deactivated",
                                 "billing.meter.reactivated"});
}

TEST_CASE("a meter's parameters are checked, and `last` came with basil") {
  Account account;
  refused_with(account.post(meters_path, {{"display_name", "x"}, {"event_name", "x"}}),
               "Missing required param: default_aggregation.", "default_aggregation",
               "parameter_missing");
  const Fields last = {
      {"display_name", "x"}, {"event_name", "x"}, {"default_aggregation[formula]", "last"}};
  refused_with(account.post(meters_path, last),
               "Invalid default_aggregation[formula]: must be one of count or sum",
               "default_aggregation[formula]");
  refused_with(
      account.post(meters_path, and_also(clicks_meter, {{"customer_mapping[type]", "by_id"}})),
      "Missing required param: customer_mapping[event_payload_key].",
      "customer_mapping[event_payload_key]", "parameter_missing");
  refused_with(account.post(meters_path, and_also(clicks_meter, {{"event_time_window", "week"}})),
               "Invalid event_time_window: must be one of day or hour", "event_time_window");
  const std::string id = account.post(meters_path, clicks_meter).body["id"];
  refused_with(account.post(meters_path + "/" + id, {{"event_name", "y"}}),
               "Received unknown parameter: event_name", "event_name", "parameter_unknown");
  CHECK(account.get(meters_path + "/mtr_none").status == 404);
  CHECK(account.get(meters_path + "/mtr_none").error()["message"] == "No such meter: 'mtr_none'");
  CHECK(account.remove(meters_path + "/" + id).error()["message"] ==
        "Unrecognized request URL (DELETE: " + meters_path + "/" + id +
            "). Please see https://stripe.com/docs or we can help at "
            "https://support.stripe.com/.");
  account.version = current_world;
  CHECK(account.post(meters_path, last).body["default_aggregation"]["formula"] == "last");
}

TEST_CASE("a metered price may have a meter, and needs one since basil") {
  MeteredCustomer metered;
  Account& account = metered.account;
  Fields fields = {{"product", account.product()},
                   {"currency", "usd"},
                   {"unit_amount", "8000"},
                   {"recurring[interval]", "month"}};
  const auto price = [&](const Fields& extra) {
    return account.post("/v1/prices", and_also(fields, extra));
  };
  const std::pair<std::string, std::string> by_use = {"recurring[usage_type]", "metered"};
  const std::pair<std::string, std::string> by_meter = {"recurring[meter]", metered.meter};
  refused_with(price({by_meter}), "You can only set `meter` when `usage_type` is `metered`.",
               "recurring[meter]");
  refused_with(price({by_use, {"recurring[meter]", "mtr_none"}}), "No such meter: 'mtr_none'",
               "recurring[meter]", "resource_missing");
  CHECK(price({by_use, by_meter, {"recurring[aggregate_usage]", "sum"}}).status == 400);
  const Json old = price({by_use, by_meter}).body;
  CHECK(old["recurring"]["meter"] == metered.meter);
  CHECK(old["recurring"]["aggregate_usage"].is_null());
  CHECK(account.get("/v1/prices", {by_meter}).body["data"].size() == 2);

  account.version = current_world;
  const Json now = account.get("/v1/prices/" + std::string(old["id"])).body;
  CHECK(now["recurring"]["meter"] == metered.meter);
  CHECK_FALSE(now["recurring"].contains("aggregate_usage"));
  CHECK(price({by_use, by_meter}).status == 200);
  refused_with(price({by_use}),
               "Starting with Stripe version `2025-03-31.basil`, metered prices must be backed by "
               "meters.",
               "");
  refused_with(price({by_use, by_meter, {"recurring[aggregate_usage]", "sum"}}),
               "Received unknown parameter: recurring[aggregate_usage]",
               "recurring[aggregate_usage]", "parameter_unknown");
  account.post(meters_path + "/" + metered.meter + "/deactivate");
  CHECK(price({by_use, by_meter}).error()["param"] == "recurring[meter]");
}

TEST_CASE("an item whose price has a meter takes no usage records and has no summaries") {
  MeteredCustomer metered;
  const std::string item = item_of(metered.subscription);
  for (const char* version : {"2019-12-03", "2024-06-20", "2025-02-24.acacia"}) {
    metered.account.version = version;
    refused_with(metered.account.post("/v1/subscription_items/" + item + "/usage_records",
                                      {{"quantity", "1"}}),
                 "Cannot create a usage record for `" + item +
                     "` because it is not on the legacy metered billing system. Call "
                     "/v1/billing/meter_events instead.",
                 "");
    refused_with(metered.account.get("/v1/subscription_items/" + item + "/usage_record_summaries"),
                 "Cannot list usage record summaries for `" + item +
                     "` because it is not on the legacy metered billing system. Call "
                     "/v1/billing/meters/:id/event_summaries instead.",
                 "");
  }
  // Since basil there is nothing to refuse it.
  metered.account.version = current_world;
  CHECK(
      metered.account.post("/v1/subscription_items/" + item + "/usage_records", {{"quantity", "1"}})
          .status == 404);
}

}  // namespace sandbox_test
