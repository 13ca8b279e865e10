// SPDX-License-Identifier: Apache-2.0
// The part of World that is Stripe's: what people do on its pages, and what its own store says.
#include "expected.hpp"
#include "simulation/world.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace simulation {

using nlohmann::json;

void expect(int status, int came, const std::string& body, const char* what) {
  if (came != status) throw std::runtime_error(fmt::format("{}: {} {}", what, came, body));
}

json json_of(const billing::HttpResponse& answer, const char* what) {
  expect(200, answer.status, answer.body, what);
  return json::parse(answer.body);
}

json json_of(const sandbox::HttpResponse& answer, const char* what) {
  expect(200, answer.status, answer.body, what);
  return json::parse(answer.body);
}

std::optional<std::string> World::pay(const std::string& url, std::string_view card) {
  const std::string page = url.substr(url.find("/c/pay/"));
  const auto paid = at_stripe("POST", page,
                              fmt::format("cardNumber={}&cardExpiry=12%2F40&cardCvc=123"
                                          "&billingName=Robin&billingCountry=US"
                                          "&billingPostalCode=90210",
                                          card));
  if (paid.status == 410) return std::nullopt;
  expect(303, paid.status, paid.body, "pay");
  return page.substr(page.rfind('/') + 1);
}

void World::cancel_at_stripe(const std::string& customer) {
  for (const std::string& id : live_at_stripe(customer)) {
    json_of(at_stripe("DELETE", "/v1/subscriptions/" + id), "cancel");
  }
}

std::optional<std::string> World::open_portal(const std::string& customer) {
  const auto opened = request(
      {.method = "POST", .path = "/users/portal", .query = {{"user_id", customer}}, .body = "{}"});
  if (opened.status != 200) return std::nullopt;
  const std::string url = json::parse(opened.body).at("url");
  return url.substr(url.find("/p/session/"));
}

void World::cancel_in_portal(const std::string& page, const std::string& customer) {
  for (const std::string& id : live_at_stripe(customer)) {
    const auto done = at_stripe("POST", page + "/subscriptions/" + id + "/cancel");
    expect(303, done.status, done.body, "cancel in the portal");
  }
}

void World::add_card_in_portal(const std::string& page, std::string_view card) {
  const auto done = at_stripe("POST", page + "/payment-methods",
                              fmt::format("number={}&expiry=12%2F40&cvc=123&country=US"
                                          "&postalCode=90210",
                                          card));
  expect(303, done.status, done.body, "add a card in the portal");
}

std::vector<std::string> World::live_at_stripe(const std::string& customer) {
  const json list = json_of(at_stripe("GET", "/v1/subscriptions?customer=" + customer), "list");
  std::vector<std::string> ids;
  for (const json& each : list.at("data")) ids.push_back(each.at("id"));
  return ids;
}

std::optional<billing::Moment> World::next_period_end() {
  const json list = json_of(at_stripe("GET", "/v1/subscriptions?limit=100"), "list");
  std::optional<billing::Moment> next;
  for (const json& each : list.at("data")) {
    const billing::Second end{
        std::chrono::seconds(each.at("current_period_end").get<std::int64_t>())};
    const billing::Moment moment = clock_.moment() + (end - clock_.true_now());
    if (!next || moment < *next) next = moment;
  }
  return next;
}

std::string World::newest_event_at_stripe() {
  const json events = json_of(at_stripe("GET", "/v1/events?limit=1"), "read the events");
  return events.at("data").at(0).at("id");
}

std::map<std::string, std::map<std::int64_t, std::int64_t>> World::usage_at_stripe() {
  const auto answer = stripe_.handle({.method = "GET", .target = "/_sandbox/usage"});
  std::map<std::string, std::map<std::int64_t, std::int64_t>> usage;
  const json items = json_of(answer, "read the usage").at("items");
  for (const json& item : items) {
    auto& seconds = usage[item.at("subscription_item")];
    for (const auto& [second, quantity] : item.at("timestamps").items()) {
      seconds[std::stoll(second)] = quantity;
    }
  }
  return usage;
}

sandbox::HttpResponse World::at_stripe(const std::string& method, const std::string& target,
                                       const std::string& body) {
  return stripe_.handle({.method = method,
                         .target = target,
                         .headers = {{"Authorization", std::string("Bearer ") + stripe_key},
                                     {"Content-Type", "application/x-www-form-urlencoded"}},
                         .body = body});
}

}  // namespace simulation
