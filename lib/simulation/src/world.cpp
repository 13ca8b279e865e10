// SPDX-License-Identifier: Apache-2.0
#include "simulation/world.hpp"

#include <billing/provisioning.hpp>

#include "machine.hpp"
#include "simulation/crash.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace simulation {
namespace {

using nlohmann::json;

/// 2026-01-15 12:00 UTC, in the middle of everything.
constexpr billing::Instant start_of_time{std::chrono::milliseconds(1'768'478'400'000)};

}  // namespace

World::World(const WorldOptions& options)
    : options_(options),
      clock_(start_of_time),
      entropy_(options.seed),
      remains_(options.seed + 1),
      turns_(options.seed + 3),
      stripe_(
          {.now =
               [this] { return billing::to_second(clock_.true_now()).time_since_epoch().count(); },
           .seed = options.seed,
           .forward_to = "http://localhost:4242/webhook",
           .webhook_secret = webhook_secret}),
      network_(stripe_, clock_),
      disk_(clock_, options.seed + 2),
      transport_(std::make_unique<BrokenTransport>(network_, entropy_, options.without)),
      machine_clock_(std::make_unique<MachineClock>(*this)) {
  network_.before = [this](const billing::HttpRequest& request, std::chrono::milliseconds timeout) {
    point("network-before");
    return weather ? weather(request, timeout) : Passage();
  };
  disk_.fate = [this](Effect effect, std::string_view file) { return fate(effect, file); };
  network_.after = [this] {
    point("network-after");
    if (meanwhile) meanwhile();
  };
}

World::~World() = default;

Fate World::fate(Effect effect, std::string_view file) {
  const Fate fate = wear ? wear(effect, file) : Fate::happens;
  const bool commit = effect == Effect::sync && file.ends_with("-wal");
  if (options_.without == Safeguard::insert_before_send && commit && fate == Fate::happens) {
    return Fate::pretends;
  }
  return fate;
}

void World::point(std::string_view name) {
  if (dies && dies(name)) disk_.cut_power();
  check_power();
}

void World::check_power() {
  if (disk_.dead()) throw Crash{};
}

void World::boot() {
  if (!power_on() || !get_ready()) throw std::runtime_error("the machine does not start");
}

bool World::power_on() {
  auto data =
      billing::SqliteData::open("billing.db", billing::SqliteAccess::owner, disk_.vfs_name());
  check_power();
  if (!data) return false;
  machine_ = std::make_unique<Machine>(*this, std::move(*data));
  for (const auto& server : machine_->servers) {
    const auto resumed = server->api.resume();
    check_power();
    if (!resumed) {
      stop();
      return false;
    }
  }
  return true;
}

bool World::get_ready() {
  Machine& machine = *machine_;
  for (const auto& server : machine.servers) {
    const auto started = start(*server);
    check_power();
    if (!started) return machine.ready = false;
    server->health.saw_success();
    server->webhooks.begin();
  }
  return machine.ready = true;
}

billing::Result<void> World::start(Server& server) {
  const auto account = server.stripe.account();
  if (!account) return tl::unexpected(account.error());
  if (auto bound = server.store.bind({.account = account->id, .challenge_id = challenge_id});
      !bound) {
    return bound;
  }
  const auto provisioned = billing::provision(server.stripe, server.catalog,
                                              {.scope = billing::ProvisionScope::only_missing});
  if (!provisioned) return tl::unexpected(provisioned.error());
  auto offerings = billing::read_offerings(server.stripe, server.catalog);
  if (!offerings) return tl::unexpected(offerings.error());
  return server.api.offer(std::move(*offerings));
}

World::Server& World::some_server() {
  const auto& servers = machine_->servers;
  return *servers[servers.size() == 1 ? 0 : turns_.next() % servers.size()];
}

bool World::crash() {
  disk_.cut_power();
  transport_->set_acting(false);
  machine_.reset();
  return disk_.restart(remains_);
}

void World::stop() {
  machine_.reset();
  check_power();
}

bool World::is_ready() const {
  return machine_ && machine_->ready;
}

billing::Ledger& World::ledger() {
  return machine_->data->ledger();
}
billing::Store& World::store() {
  return machine_->data->store();
}
billing::FinalInvoiceStore& World::final_invoices() {
  return machine_->data->final_invoices();
}

billing::WebhookInbox& World::inbox() {
  return machine_->data->inbox();
}
billing::Webhooks& World::webhooks() {
  return machine_->first().webhooks;
}

billing::HttpResponse World::request(const billing::HttpRequest& request) {
  const bool webhook = request.path == "/webhook";
  if (webhook) transport_->hear(request.body);
  transport_->set_acting(webhook);
  billing::HttpResponse response = some_server().api.handle(request);
  transport_->set_acting(false);
  check_power();
  return response;
}

billing::HttpResponse World::click(const std::string& customer, const std::string& click_key) {
  return request({.method = "POST",
                  .path = "/offerings/paircode/schedule",
                  .query = {{"user_id", customer}},
                  .headers = {{"Idempotency-Key", click_key}}});
}

billing::HttpResponse World::register_workshop(const std::string& customer,
                                               const std::string& click_key,
                                               std::int64_t attendees) {
  return request({.method = "POST",
                  .path = "/offerings/workshop",
                  .query = {{"user_id", customer}},
                  .headers = {{"Idempotency-Key", click_key}},
                  .body = json{{"attendees", attendees}}.dump()});
}

std::string World::sign_up(const std::string& email) {
  const auto answer =
      request({.method = "POST", .path = "/users", .body = json{{"email", email}}.dump()});
  return json_of(answer, "sign up").at("id");
}

void World::buy(const std::string& customer, const std::string& price) {
  const auto offered = request({.method = "GET", .path = "/offerings"});
  const json offerings = json_of(offered, "read the offerings");
  const json wanted = {{"price", offerings.at("pairCode").at(price).at("id")}};
  const auto opened = request({.method = "POST",
                               .path = "/offerings/paircode",
                               .query = {{"user_id", customer}},
                               .body = wanted.dump()});
  const auto session = pay(json_of(opened, "open the checkout").at("url"));
  if (!session) throw std::runtime_error("the checkout has expired");
  const auto back = request({.method = "GET",
                             .path = "/users",
                             .query = {{"user_id", customer}, {"session_id", *session}}});
  json_of(back, "come back from the checkout");
}

billing::Result<std::optional<billing::Claim>> World::claim() {
  if (!is_ready()) return std::optional<billing::Claim>();
  auto claimed = some_server().delivery.claim();
  check_power();
  return claimed;
}

billing::Settlement World::send(const billing::Claim& claim) {
  billing::Settlement settlement = some_server().delivery.send(claim);
  check_power();
  return settlement;
}

billing::Result<std::optional<billing::RecordedEvent>> World::settle(
    const billing::Claim& claim, const billing::Settlement& settlement) {
  auto settled = some_server().delivery.settle(claim, settlement);
  check_power();
  return settled;
}

bool World::work_webhooks() {
  if (!is_ready()) return false;
  transport_->set_acting(true);
  const auto worked = some_server().webhooks.work();
  transport_->set_acting(false);
  check_power();
  return worked && *worked;
}

std::optional<std::size_t> World::heal_gaps() {
  if (!is_ready()) return std::nullopt;
  const auto healed = some_server().webhooks.heal_gaps();
  check_power();
  if (!healed) return std::nullopt;
  return healed->missing.size();
}

bool World::step_final_invoices() {
  if (!is_ready()) return false;
  const auto stepped = machine_->first().final_invoices.step();
  check_power();
  return stepped && *stepped;
}

void World::finish_final_invoices() {
  const billing::Moment give_up = clock_.moment() + std::chrono::hours(48);
  while (const auto due =
             value(machine_->first().final_invoices.next_due(), "final invoices due")) {
    clock_.advance(std::max(*due, clock_.moment()) - clock_.moment());
    if (!step_final_invoices()) deliver_once();
    if (clock_.moment() > give_up) {
      throw std::runtime_error("two days later, final invoices are still to do");
    }
  }
}

std::optional<billing::Moment> World::next_chore() {
  const auto webhook = value(machine_->first().webhooks.next_due(), "next webhook due");
  const auto invoice = value(machine_->first().final_invoices.next_due(), "final invoices due");
  if (!webhook || !invoice) return webhook ? webhook : invoice;
  return std::min(*webhook, *invoice);
}

std::optional<billing::Moment> World::next_due() {
  return value(some_server().delivery.next_due(), "next due");
}

bool World::deliver_once() {
  const auto claimed = value(claim(), "claim");
  if (!claimed) return false;
  value(settle(*claimed, send(*claimed)), "settle");
  return true;
}

std::runtime_error World::still_pending(const char* what) {
  const auto rows =
      value(ledger().list({.state = billing::EventState::pending, .limit = 1'000}), "list");
  const billing::RecordedEvent& oldest = rows.back();
  return std::runtime_error(
      fmt::format("{} is {}: {}", oldest.event->id.text(), what, oldest.reason));
}

void World::drain() {
  constexpr std::chrono::milliseconds wait_min(50);
  constexpr std::chrono::milliseconds wait_max(60'000);
  const billing::Moment give_up = clock_.moment() + std::chrono::hours(24);
  std::int64_t sends_left = 100 + 10 * value(ledger().totals(), "totals").pending;
  std::chrono::milliseconds patience = wait_min;
  while (value(ledger().totals(), "totals").pending > 0) {
    if (deliver_once()) {
      patience = wait_min;
      if (--sends_left < 0) throw still_pending("sent again and again, and still pending");
      continue;
    }
    if (clock_.moment() > give_up) {
      throw still_pending("still pending a day later");
    }
    // To when something may be due, and further each time that it then isn't let through.
    const billing::Moment now = clock_.moment();
    const auto wait = std::max(next_due().value_or(now), now) - now;
    clock_.advance(std::clamp<std::chrono::milliseconds>(wait, patience, wait_max));
    patience = std::min(patience * 2, wait_max);
  }
}

}  // namespace simulation
