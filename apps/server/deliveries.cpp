// SPDX-License-Identifier: Apache-2.0
#include "server/deliveries.hpp"

#include <algorithm>

namespace billing::apps {
namespace {

using std::chrono::milliseconds;

/// The longest sleep.
constexpr milliseconds sleep_max(1'000);
/// After the ledger failed, so that a full disk is not asked a million times.
constexpr milliseconds pause_after_trouble(500);
/// Between two looks at the network, since a claim may have to wait for the disk.
constexpr int claims_in_a_row_max = 32;

}  // namespace

Deliveries::Deliveries(const World& world, std::size_t at_once)
    : delivery_(world.delivery),
      sender_(world.sender),
      health_(world.health),
      clock_(world.clock),
      observer_(world.observer),
      at_once_(at_once),
      settler_(world.delivery, world.board, world.observer, [this] { settled(); }) {}

Deliveries::~Deliveries() {
  stop();
}

void Deliveries::start() {
  const std::lock_guard lock(thread_mutex_);
  if (stopping_ || thread_.joinable()) return;
  settler_.start();
  thread_ = std::thread([this] { work(); });
}

// Either the thread sees the ring before it sleeps, or this sees it asleep: no system call while it
// is awake, and one when many ring at once.
void Deliveries::ring() {
  rung_ = true;
  if (asleep_until_.exchange(Moment::min()) != Moment::min()) sender_.wake();
}

void Deliveries::stop() {
  const std::lock_guard lock(thread_mutex_);
  stopping_ = true;
  ring();
  if (thread_.joinable()) thread_.join();
  settler_.stop();
}

void Deliveries::work() {
  while (!stopping_ || !flights_.empty()) {
    rung_ = false;
    if (!stopping_ && launch()) {
      sender_.run(milliseconds(0));
    } else {
      sleep();
    }
  }
}

/// Begins what may be sent. False if there is no more of it just now.
bool Deliveries::launch() {
  if (pause_until_ > clock_.moment()) return false;
  for (int i = 0; i < claims_in_a_row_max; ++i) {
    if (flights_.size() + settler_.waiting() >= at_once_) return false;
    Result<std::optional<Claim>> claim = delivery_.claim();
    if (!claim) {
      observer_.observe({.severity = Severity::error,
                         .what = "claim_failed",
                         .facts = {{"error", claim.error().message}}});
      pause_until_ = clock_.moment() + pause_after_trouble;
      return false;
    }
    if (!*claim) return false;
    send(std::move(**claim));
  }
  return true;
}

void Deliveries::send(Claim claim) {
  Delivery::Asking asking = delivery_.first(claim);
  flights_.emplace_front(std::move(claim), health_);
  ask(flights_.begin(), std::move(asking));
}

void Deliveries::ask(FlightAt flight, Delivery::Asking asking) {
  flight->asked = std::move(asking.asked);
  // No larger: what doesn't fit into a std::function itself costs an allocation a send.
  sender_.start(std::move(asking.request), delivery_.send_timeout(),
                [this, flight](Result<HttpResponse> answer) { land(flight, std::move(answer)); });
}

void Deliveries::land(FlightAt flight, Result<HttpResponse> answer) {
  Delivery::Step step = delivery_.next(flight->claim, flight->asked, std::move(answer));
  if (auto* asking = std::get_if<Delivery::Asking>(&step)) {
    return ask(flight, std::move(*asking));
  }
  settler_.add(
      {.claim = std::move(flight->claim), .settlement = std::move(std::get<Settlement>(step))});
  flights_.erase(flight);
}

void Deliveries::sleep() {
  const Moment now = clock_.moment();
  // Said before the look at what is next, so that what changes after the look is heard.
  asleep_until_ = now + sleep_max;
  const Moment until = std::clamp(next_turn(), now + milliseconds(1), now + sleep_max);
  asleep_until_ = until;
  sender_.run(rung_ ? milliseconds(0) : until - now);
  asleep_until_ = Moment::min();
}

/// When there may be something to launch, unless somebody rings or an answer comes first.
Moment Deliveries::next_turn() {
  if (stopping_ || flights_.size() + settler_.waiting() >= at_once_) return Moment::max();
  const Result<std::optional<Moment>> due = delivery_.next_due();
  if (!due) return clock_.moment() + pause_after_trouble;
  if (!*due) return Moment::max();
  return std::max(**due, pause_until_);
}

/// A settlement may have made an item due, or room for another.
void Deliveries::settled() {
  const Result<std::optional<Moment>> due = delivery_.next_due();
  if (due && *due && **due < asleep_until_.load()) ring();
}

}  // namespace billing::apps
