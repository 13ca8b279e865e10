// SPDX-License-Identifier: Apache-2.0
// What World runs: the parts of a machine, wired as apps/server does it.
#pragma once

#include <billing/api.hpp>
#include <billing/cached_store.hpp>
#include <billing/delivery.hpp>
#include <billing/final_invoices.hpp>
#include <billing/group_commit.hpp>
#include <billing/observer.hpp>
#include <billing/sqlite_data.hpp>
#include <billing/stripe_client.hpp>
#include <billing/webhooks.hpp>

#include "broken_inbox.hpp"
#include "broken_ledger.hpp"
#include "broken_transport.hpp"
#include "expected.hpp"
#include "simulation/world.hpp"

#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace simulation {

/// Few, so that some are forgotten.
inline constexpr std::size_t customers_kept_max = 2;
inline constexpr const char* challenge_id = "simulated-green-narwhal";

template <class T>
T value(billing::Result<T> result, const char* what) {
  if (!result) throw std::runtime_error(fmt::format("{}: {}", what, result.error().message));
  return std::move(*result);
}

/// The machine's own clock: the date may be wrong, and to sleep on it is an effect.
class World::MachineClock final : public billing::Clock {
 public:
  explicit MachineClock(World& world) : world_(world) {}
  billing::Instant now() const override { return world_.clock_.now(); }
  billing::Moment moment() const override { return world_.clock_.moment(); }
  void sleep_for(std::chrono::milliseconds duration) override {
    world_.point("sleep");
    world_.clock_.sleep_for(duration);
  }

 private:
  World& world_;
};

/// Nobody reads its log.
class Silent final : public billing::Observer {
  void observe(const billing::Observation&) override {}
};

/// What one process has to itself.
class World::Server {
 public:
  Server(World& world, billing::SqliteData& data, billing::Ledger& ledger,
         billing::WebhookInbox& inbox)
      : cached(data.store(), customers_kept_max),
        store(world.options_.servers == 1 ? static_cast<billing::Store&>(cached) : data.store()),
        limit(*world.machine_clock_, world.options_.stripe_rate),
        stripe(*world.transport_, *world.machine_clock_, world.entropy_, silent,
               {.secret_key = stripe_key, .limit = &limit}),
        health(*world.machine_clock_, world.entropy_),
        webhooks(inbox, ledger, store, stripe, health, *world.machine_clock_, silent,
                 {webhook_secret}),
        api(ledger, store, data.final_invoices(), stripe, health, webhooks, *world.machine_clock_,
            world.entropy_, silent, {.public_url = "http://localhost:4242", .catalog = catalog}),
        delivery(ledger, stripe, health, limit, *world.machine_clock_, world.entropy_, silent,
                 {.challenge_id = challenge_id}),
        final_invoices({ledger, data.final_invoices(), store, stripe, health, *world.machine_clock_,
                        silent, challenge_id}) {}

  Silent silent;
  billing::CachedStore cached;
  billing::Store& store;  ///< What others write too is not kept in memory.
  billing::Catalog catalog = value(billing::devchat_catalog(challenge_id), "catalog");
  billing::RateLimit limit;
  billing::stripe::Client stripe;
  billing::StripeHealth health;
  billing::Webhooks webhooks;
  billing::Api api;
  billing::Delivery delivery;
  billing::FinalInvoices final_invoices;
};

/// What a crash destroys.
class World::Machine {
 public:
  Machine(World& world, std::unique_ptr<billing::SqliteData> opened)
      : data(std::move(opened)),
        shared(data->ledger()),
        ledger(shared, world.options_.without),
        inbox(data->inbox(), world.options_.without) {
    for (int i = 0; i < world.options_.servers; ++i) {
      servers.push_back(std::make_unique<Server>(world, *data, ledger, inbox));
    }
  }

  Server& first() { return *servers.front(); }

  std::unique_ptr<billing::SqliteData> data;
  billing::GroupCommit shared;
  BrokenLedger ledger;
  BrokenInbox inbox;
  std::vector<std::unique_ptr<Server>> servers;
  bool ready = false;
};

}  // namespace simulation
