// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/curl_sender.hpp>
#include <billing/delivery.hpp>
#include <billing/observer.hpp>
#include <billing/stripe_health.hpp>

#include "server/settlement_board.hpp"
#include "server/settler.hpp"

#include <atomic>
#include <cstddef>
#include <list>
#include <mutex>
#include <thread>

namespace billing::apps {

/// Takes delivery's steps for thousands of events at once: one thread claims and sends, and a
/// second one, the Settler's, stores what came of it.
class Deliveries {
 public:
  struct World {
    Delivery& delivery;
    CurlSender& sender;  ///< Nobody else's.
    StripeHealth& health;
    SettlementBoard& board;
    const Clock& clock;
    Observer& observer;
  };

  /// All referred to must outlive it. `at_once` events at most are claimed and not settled.
  Deliveries(const World& world, std::size_t at_once);
  ~Deliveries();
  Deliveries(const Deliveries&) = delete;
  Deliveries& operator=(const Deliveries&) = delete;

  void start();
  /// Something new is pending. Cheap, and harmless before `start`.
  void ring();
  /// Lets sends that are under way finish and be settled.
  void stop();

 private:
  /// A send under way.
  struct Flight {
    Flight(Claim claimed, StripeHealth& health) : claim(std::move(claimed)), watch(health) {}
    Claim claim;
    StripeHealth::Watch watch;
    Delivery::Asked asked = {};
  };
  using FlightAt = std::list<Flight>::iterator;

  void work();
  bool launch();
  void send(Claim claim);
  void ask(FlightAt flight, Delivery::Asking asking);
  void land(FlightAt flight, Result<HttpResponse> answer);
  void sleep();
  Moment next_turn();
  void settled();

  Delivery& delivery_;
  CurlSender& sender_;
  StripeHealth& health_;
  const Clock& clock_;
  Observer& observer_;
  const std::size_t at_once_;
  Settler settler_;

  // The thread's own.
  std::list<Flight> flights_;
  Moment pause_until_ = Moment::min();  ///< After the ledger failed.

  std::atomic<bool> rung_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<Moment> asleep_until_{Moment::min()};  ///< The beginning of time while awake.
  std::mutex thread_mutex_;
  std::thread thread_;
};

}  // namespace billing::apps
