// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.hpp"

#include <billing/api.hpp>
#include <billing/delivery.hpp>
#include <billing/observer.hpp>
#include <billing/provisioning.hpp>
#include <billing/sqlite_data.hpp>
#include <billing/stripe_client.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace simulation {
namespace {

using nlohmann::json;

constexpr const char* key = "sk_test_simulation";
constexpr const char* challenge_id = "simulated-green-narwhal";
/// 2026-01-15 12:00 UTC, in the middle of everything.
constexpr billing::Instant start_of_time{std::chrono::milliseconds(1'768'478'400'000)};

template <class T>
T value(billing::Result<T> result, const char* what) {
  if (!result) throw std::runtime_error(fmt::format("{}: {}", what, result.error().message));
  return std::move(*result);
}

void succeed(const billing::Result<void>& result, const char* what) {
  if (!result) throw std::runtime_error(fmt::format("{}: {}", what, result.error().message));
}

json body_of(int status, const std::string& body, const char* what) {
  if (status != 200) throw std::runtime_error(fmt::format("{}: {} {}", what, status, body));
  return json::parse(body);
}

}  // namespace

/// What a crash destroys.
class World::Machine {
  class Silent final : public billing::Observer {
    void observe(const billing::Observation&) override {}
  };

 public:
  explicit Machine(World& world)
      : data(value(billing::SqliteData::open((world.folder_ / "billing.db").string(),
                                             billing::SqliteAccess::owner),
                   "open the data file")),
        catalog(value(billing::devchat_catalog(challenge_id), "catalog")),
        limit(world.clock_, 0),
        stripe(world.network_, world.clock_, world.entropy_, silent,
               {.secret_key = key, .limit = &limit}),
        health(world.clock_, world.entropy_),
        api(data->ledger(), data->store(), stripe, health, world.clock_, world.entropy_, silent,
            {.public_url = "http://localhost:4242", .catalog = catalog}),
        delivery(data->ledger(), stripe, health, limit, world.clock_, world.entropy_, silent) {}

  Silent silent;
  std::unique_ptr<billing::SqliteData> data;
  billing::Catalog catalog;
  billing::RateLimit limit;
  billing::stripe::Client stripe;
  billing::StripeHealth health;
  billing::Api api;
  billing::Delivery delivery;
};

World::World(std::uint64_t seed, std::filesystem::path folder)
    : folder_(std::move(folder)),
      clock_(start_of_time),
      entropy_(seed),
      stripe_(
          {.now = [this] { return billing::to_second(clock_.now()).time_since_epoch().count(); },
           .seed = seed}),
      network_(stripe_) {}

World::~World() = default;

void World::boot() {
  machine_ = std::make_unique<Machine>(*this);
  succeed(machine_->api.resume(), "resume");
  const auto account = value(machine_->stripe.account(), "read the account");
  succeed(machine_->data->store().bind({.account = account.id, .challenge_id = challenge_id}),
          "bind the data file");
  value(billing::provision(machine_->stripe, machine_->catalog,
                           {.scope = billing::ProvisionScope::only_missing}),
        "provision");
  succeed(machine_->api.offer(value(billing::read_offerings(machine_->stripe, machine_->catalog),
                                    "read the offerings")),
          "offer");
}

void World::crash() {
  machine_.reset();
}

billing::Ledger& World::ledger() {
  return machine_->data->ledger();
}
billing::Store& World::store() {
  return machine_->data->store();
}

billing::HttpResponse World::request(const billing::HttpRequest& request) {
  return machine_->api.handle(request);
}

billing::HttpResponse World::click(const std::string& customer, const std::string& click_key) {
  return request({.method = "POST",
                  .path = "/offerings/paircode/schedule",
                  .query = {{"user_id", customer}},
                  .headers = {{"Idempotency-Key", click_key}}});
}

std::string World::sign_up(const std::string& email) {
  const auto answer =
      request({.method = "POST", .path = "/users", .body = json{{"email", email}}.dump()});
  return body_of(answer.status, answer.body, "sign up").at("id");
}

void World::buy(const std::string& customer, const std::string& price) {
  const auto offered = request({.method = "GET", .path = "/offerings"});
  const json offerings = body_of(offered.status, offered.body, "read the offerings");
  const json wanted = {{"price", offerings.at("pairCode").at(price).at("id")}};
  const auto opened = request({.method = "POST",
                               .path = "/offerings/paircode",
                               .query = {{"user_id", customer}},
                               .body = wanted.dump()});
  const std::string url = body_of(opened.status, opened.body, "open the checkout").at("url");
  const std::string page = url.substr(url.find("/c/pay/"));
  const auto paid = at_stripe("POST", page,
                              "cardNumber=4242424242424242&cardExpiry=12%2F40&cardCvc=123"
                              "&billingName=Robin&billingCountry=US&billingPostalCode=90210");
  if (paid.status != 303) throw std::runtime_error(fmt::format("pay: {}", paid.status));
  const std::string session = page.substr(page.rfind('/') + 1);
  const auto back = request({.method = "GET",
                             .path = "/users",
                             .query = {{"user_id", customer}, {"session_id", session}}});
  body_of(back.status, back.body, "come back from the checkout");
}

void World::cancel_at_stripe(const std::string& customer) {
  const auto listed = at_stripe("GET", "/v1/subscriptions?customer=" + customer);
  const json subscriptions = body_of(listed.status, listed.body, "list");
  for (const json& each : subscriptions.at("data")) {
    const std::string id = each.at("id");
    const auto ended = at_stripe("DELETE", "/v1/subscriptions/" + id);
    body_of(ended.status, ended.body, "cancel");
  }
}

bool World::deliver_once() {
  const auto claim = value(machine_->delivery.claim(), "claim");
  if (!claim) return false;
  const billing::Settlement settlement = machine_->delivery.send(*claim);
  value(machine_->delivery.settle(*claim, settlement), "settle");
  return true;
}

void World::drain() {
  const billing::Instant give_up = clock_.now() + std::chrono::hours(24);
  while (value(ledger().totals(), "totals").pending > 0) {
    if (deliver_once()) continue;
    if (clock_.now() > give_up) throw std::runtime_error("a day later, events are still pending");
    clock_.advance(std::chrono::milliseconds(500));
  }
}

std::map<std::string, std::map<std::int64_t, std::int64_t>> World::usage_at_stripe() {
  const auto answer = stripe_.handle({.method = "GET", .target = "/_sandbox/usage"});
  std::map<std::string, std::map<std::int64_t, std::int64_t>> usage;
  const json items = body_of(answer.status, answer.body, "read the usage").at("items");
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
                         .headers = {{"Authorization", std::string("Bearer ") + key},
                                     {"Content-Type", "application/x-www-form-urlencoded"}},
                         .body = body});
}

}  // namespace simulation
