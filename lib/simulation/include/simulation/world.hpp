// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/entropy.hpp>
#include <billing/http.hpp>
#include <billing/ledger.hpp>
#include <billing/store.hpp>

#include "sandbox/sandbox.hpp"
#include "simulation/sandbox_transport.hpp"
#include "simulation/virtual_clock.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace simulation {

/// The whole product in one thread on one virtual clock: the real Api, delivery and ledger on a
/// real SQLite file, and the sandbox as Stripe. Stripe and the disk outlive a crash; everything
/// else is built anew from them. The same seed makes the same world.
///
/// Whatever a story can't go on without throws std::runtime_error, which says what came back
/// instead.
class World {
 public:
  /// `folder` has to exist and be empty; the data file is made in it.
  World(std::uint64_t seed, std::filesystem::path folder);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Starts the machine: opens the data file, reads the account and the catalog.
  void boot();
  /// Stops it in its tracks: every object goes, the disk and Stripe stay.
  void crash();

  VirtualClock& clock() { return clock_; }
  SandboxTransport& network() { return network_; }
  billing::Ledger& ledger();
  billing::Store& store();

  /// One request of a browser, answered without waiting for a settlement.
  billing::HttpResponse request(const billing::HttpRequest& request);
  billing::HttpResponse click(const std::string& customer, const std::string& key);

  /// A user's id.
  std::string sign_up(const std::string& email);
  /// Buys a package on the hosted page with a card that works; `price` as in GET /offerings.
  void buy(const std::string& customer, const std::string& price = "onDemandPrice");
  /// Ends every subscription of a customer at Stripe, past this product.
  void cancel_at_stripe(const std::string& customer);

  /// One claim, send and settle. False if nothing is due.
  bool deliver_once();
  /// Delivers until nothing is pending, letting time pass; throws if that takes longer than a
  /// simulated day.
  void drain();

  /// Usage at the sandbox by item and second, read from its own store.
  std::map<std::string, std::map<std::int64_t, std::int64_t>> usage_at_stripe();
  /// One call to Stripe past this product, with this account's key.
  sandbox::HttpResponse at_stripe(const std::string& method, const std::string& target,
                                  const std::string& body = {});

 private:
  class Machine;

  std::filesystem::path folder_;
  VirtualClock clock_;
  billing::SeededEntropy entropy_;
  sandbox::Sandbox stripe_;
  SandboxTransport network_;
  std::unique_ptr<Machine> machine_;
};

}  // namespace simulation
