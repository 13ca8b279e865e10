// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/entropy.hpp>
#include <billing/final_invoice_store.hpp>
#include <billing/http.hpp>
#include <billing/ledger.hpp>
#include <billing/store.hpp>
#include <billing/webhook_inbox.hpp>
#include <billing/webhooks.hpp>

#include "sandbox/sandbox.hpp"
#include "simulation/disk.hpp"
#include "simulation/safeguards.hpp"
#include "simulation/sandbox_transport.hpp"
#include "simulation/virtual_clock.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace simulation {

class BrokenTransport;

inline constexpr std::string_view good_card = "4242424242424242";
/// Can be saved, and fails whenever it is charged.
inline constexpr std::string_view card_that_declines_later = "4000000000000341";

struct WorldOptions {
  std::uint64_t seed = 1;
  /// Calls a second that the machine allows itself; 0 for no limit.
  double stripe_rate = 0;
  /// That share the data, and share what comes: whichever has its turn takes the next step.
  int servers = 1;
  /// What is taken away.
  std::optional<Safeguard> without = std::nullopt;
};

/// The whole product in one thread on one virtual clock: the real Api, delivery and ledger on a
/// real SQLite, whose disk forgets what was not synced, and the sandbox as Stripe. Stripe and the
/// disk outlive a crash; everything else is built anew from them. The same options make the same
/// world.
///
/// Any step of the machine may throw Crash: then `crash` and boot again. Whatever a story can't go
/// on without throws std::runtime_error, which says what came back instead.
class World {
 public:
  explicit World(const WorldOptions& options);
  explicit World(std::uint64_t seed) : World(WorldOptions{.seed = seed}) {}
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Asked at each point between two effects where the machine can stop (`network-before`,
  /// `network-after`, `sleep`; the disk's are `wear`'s): true, and it does.
  std::function<bool(std::string_view point)> dies;
  /// What becomes of an effect on the disk.
  std::function<Fate(Effect effect, std::string_view file)> wear;
  /// What befalls a call to Stripe.
  std::function<Passage(const billing::HttpRequest&, std::chrono::milliseconds timeout)> weather;
  /// What others do while a call has been answered and the answer is on its way.
  std::function<void()> meanwhile;

  VirtualClock& clock() { return clock_; }
  SandboxTransport& network() { return network_; }
  Disk& disk() { return disk_; }

  /// Starts the machine and gets it ready; for worlds in which nothing goes wrong meanwhile.
  void boot();
  /// Opens the data file. False, and the machine stays off, if the disk doesn't let it.
  bool power_on();
  /// Reads account and catalog, before which nothing is delivered. False if Stripe doesn't let it.
  bool get_ready();
  /// Stops the machine in its tracks: every object goes, and what was not synced may. True if
  /// something of that was lost.
  bool crash();
  /// Stops it in order.
  void stop();
  bool is_on() const { return machine_ != nullptr; }
  bool is_ready() const;

  billing::Ledger& ledger();
  billing::Store& store();
  billing::WebhookInbox& inbox();
  billing::Webhooks& webhooks();
  /// What POST /webhook has to be signed with.
  static constexpr const char* webhook_secret = "whsec_simulation";
  billing::FinalInvoiceStore& final_invoices();

  /// One request of a browser, answered without waiting for a settlement.
  billing::HttpResponse request(const billing::HttpRequest& request);
  billing::HttpResponse click(const std::string& customer, const std::string& key);
  billing::HttpResponse register_workshop(const std::string& customer, const std::string& key,
                                          std::int64_t attendees);

  /// A user's id.
  std::string sign_up(const std::string& email);
  /// Buys a package on the hosted page with a card that works; `price` as in GET /offerings.
  void buy(const std::string& customer, const std::string& price = "onDemandPrice");
  /// The half of it that is Stripe's: pays on the page at `url`. The session's id, or none if it is
  /// open no more.
  std::optional<std::string> pay(const std::string& url, std::string_view card = good_card);
  /// Ends every subscription of a customer at once, past this product.
  void cancel_at_stripe(const std::string& customer);
  /// The address of the customer portal, if the product gives one; it is good for some minutes.
  std::optional<std::string> open_portal(const std::string& customer);
  /// There a customer ends every subscription, …
  void cancel_in_portal(const std::string& page, const std::string& customer);
  /// … or adds a card, which is charged from then on.
  void add_card_in_portal(const std::string& page, std::string_view card = good_card);

  /// Delivery's steps, each as far as Stripe and the disk let it.
  billing::Result<std::optional<billing::Claim>> claim();
  billing::Settlement send(const billing::Claim& claim);
  billing::Result<std::optional<billing::RecordedEvent>> settle(
      const billing::Claim& claim, const billing::Settlement& settlement);
  std::optional<billing::Moment> next_due();
  /// All three. False if nothing is due.
  bool deliver_once();
  /// Delivers until nothing is pending, letting time pass; throws if that takes longer than a
  /// simulated day.
  void drain();

  /// A step of Webhooks::work. False if nothing is due, or the machine isn't ready.
  bool work_webhooks();
  /// How many of Stripe's events had not arrived; none if that can't be learnt just now.
  std::optional<std::size_t> heal_gaps();
  /// One step of final invoices, likewise.
  bool step_final_invoices();
  /// Takes them until none is left to do, letting time pass; throws if that takes longer than two
  /// simulated days.
  void finish_final_invoices();
  /// When either of them has something to do; none if all is done.
  std::optional<billing::Moment> next_chore();

  /// The sandbox's functions of the same names.
  std::optional<sandbox::WebhookPost> next_webhook() { return stripe_.next_webhook(); }
  void webhook_answered(const std::string& id, const sandbox::WebhookAnswer& answer) {
    stripe_.webhook_answered(id, answer);
  }
  /// When the next billing period of anybody ends at Stripe, if anybody has one.
  std::optional<billing::Moment> next_period_end();
  /// The id of the last thing that happened at Stripe.
  std::string newest_event_at_stripe();

  /// Usage at the sandbox by item and second, read from its own store.
  std::map<std::string, std::map<std::int64_t, std::int64_t>> usage_at_stripe();
  /// One call to Stripe past this product, with this account's key.
  sandbox::HttpResponse at_stripe(const std::string& method, const std::string& target,
                                  const std::string& body = {});

 private:
  class Server;
  class Machine;
  class MachineClock;

  /// Ids of a customer's subscriptions.
  std::vector<std::string> live_at_stripe(const std::string& customer);
  billing::Result<void> start(Server& server);
  Server& some_server();
  std::runtime_error still_pending(const char* what);
  void point(std::string_view name);
  Fate fate(Effect effect, std::string_view file);
  /// Throws Crash if the power is gone.
  void check_power();

  WorldOptions options_;
  VirtualClock clock_;
  billing::SeededEntropy entropy_;
  billing::SeededEntropy remains_;  ///< What a power cut leaves on the disk.
  billing::SeededEntropy turns_;    ///< Whose of several servers it is.
  sandbox::Sandbox stripe_;
  SandboxTransport network_;
  Disk disk_;
  std::unique_ptr<BrokenTransport> transport_;
  std::unique_ptr<MachineClock> machine_clock_;
  std::unique_ptr<Machine> machine_;
};

}  // namespace simulation
