// SPDX-License-Identifier: Apache-2.0
#include "metered.hpp"

#include <doctest/doctest.h>

namespace sandbox_test {
namespace {

std::string made_id(const Answer& answer) {
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body["id"];
}

}  // namespace

MeteredCustomer::MeteredCustomer(const std::string& version, const std::string& formula) {
  account.version = version;
  meter = new_meter("clicks", formula);
  customer = account.customer();
  price = price_on(meter);
  subscription = subscribe(customer, price);
}

std::string MeteredCustomer::new_meter(const std::string& event_name, const std::string& formula) {
  return made_id(account.post("/v1/billing/meters", {{"display_name", "Clicks"},
                                                     {"event_name", event_name},
                                                     {"default_aggregation[formula]", formula}}));
}

std::string MeteredCustomer::price_on(const std::string& by, const std::string& amount) {
  return made_id(account.post("/v1/prices", {{"product", account.product()},
                                             {"currency", "usd"},
                                             {"unit_amount_decimal", amount},
                                             {"recurring[interval]", "month"},
                                             {"recurring[usage_type]", "metered"},
                                             {"recurring[meter]", by}}));
}

Json MeteredCustomer::subscribe(const std::string& who, const std::string& to) {
  return account.pay(account.session(who, to)["id"]);
}

Answer MeteredCustomer::send(const std::string& value, const Fields& extra) {
  Fields fields = {{"event_name", "clicks"},
                   {"payload[stripe_customer_id]", customer},
                   {"payload[value]", value}};
  fields.insert(fields.end(), extra.begin(), extra.end());
  return account.post("/v1/billing/meter_events", fields);
}

Answer MeteredCustomer::send_at(const std::string& value, std::int64_t timestamp) {
  return send(value, {{"timestamp", std::to_string(timestamp)}});
}

Answer MeteredCustomer::cancel(const std::string& identifier) {
  return account.post(
      "/v1/billing/meter_event_adjustments",
      {{"event_name", "clicks"}, {"type", "cancel"}, {"cancel[identifier]", identifier}});
}

Json MeteredCustomer::used(int from_day, int to_day, const Fields& extra) {
  const std::int64_t midnight = account.now / day * day;
  Fields fields = {{"customer", customer},
                   {"start_time", std::to_string(midnight + from_day * day)},
                   {"end_time", std::to_string(midnight + to_day * day)}};
  fields.insert(fields.end(), extra.begin(), extra.end());
  const Answer answer = account.get("/v1/billing/meters/" + meter + "/event_summaries", fields);
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body["data"];
}

Json MeteredCustomer::preview() {
  const Fields fields = {{"subscription", subscription["id"]}};
  return account.version.empty() ? account.get("/v1/invoices/upcoming", fields).body
                                 : account.post("/v1/invoices/create_preview", fields).body;
}

Json MeteredCustomer::invoice_of_the_month() {
  const bool old = subscription.contains("current_period_end");
  const Json& holder = old ? subscription : subscription["items"]["data"][0];
  // However long it is a draft.
  account.now = holder["current_period_end"].get<std::int64_t>() + 2 * 3600;
  const std::string path = "/v1/subscriptions/" + std::string(subscription["id"]);
  const Answer answer = account.get(path, {{"expand[]", "latest_invoice"}});
  REQUIRE_MESSAGE(answer.status == 200, answer.text);
  return answer.body["latest_invoice"];
}

}  // namespace sandbox_test
