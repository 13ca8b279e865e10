// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/entropy.hpp>
#include <billing/http.hpp>
#include <billing/ledger.hpp>
#include <billing/observer.hpp>
#include <billing/rate_limit.hpp>
#include <billing/result.hpp>
#include <billing/stripe_client.hpp>
#include <billing/stripe_health.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace billing {

struct DeliverySettings {
  /// How long a send has the network. Below `lease`, so that no claim is overtaken in mid-send.
  std::chrono::milliseconds send_timeout{10'000};
  std::chrono::milliseconds lease{60'000};
};

/// Carries the ledger's pending events to Stripe, as steps that whoever owns the threads takes in
/// turn: claim, send, settle. Thread-safe; starts no thread and never waits.
///
/// An event is a `set` on a second of its own, so that sending it again is harmless: every doubt
/// ends in another send. Delivery stops at nothing but Stripe's plain refusal, which is stored with
/// its reason.
class Delivery {
 public:
  /// All referred to must outlive it.
  Delivery(Ledger& ledger, stripe::Client& stripe, StripeHealth& health, RateLimit& limit,
           Clock& clock, Entropy& entropy, Observer& observer, DeliverySettings settings = {});

  /// What is to be sent next, or nothing just now: nothing is due, or the rate limit or a pause
  /// while Stripe fails forbids it.
  Result<std::optional<Claim>> claim();
  /// The only step that meets the network, in two halves: what is to be sent, at once and with
  /// `send_timeout` and a StripeHealth::Watch, and what came of it. Changes nothing on disk.
  HttpRequest request(const Claim& claim) const;
  Settlement outcome(const Claim& claim, Result<HttpResponse> answer);
  /// Both, and the client's transport in between, for who sends one at a time.
  Settlement send(const Claim& claim);
  /// Stores the outcome and answers the row as it now is; none if the claim had been overtaken and
  /// nothing changed. After a failure the same may be tried again.
  Result<std::optional<RecordedEvent>> settle(const Claim& claim, const Settlement& settlement);
  /// As many at once, in their order and with one commit: all or none.
  Result<std::vector<std::optional<RecordedEvent>>> settle(std::span<const SettledClaim> settled);
  /// When `claim` may have something, if anything is pending; `Moment::min()` if now.
  Result<std::optional<Moment>> next_due();

  std::chrono::milliseconds send_timeout() const { return settings_.send_timeout; }

 private:
  void report(const SettledClaim& settled);
  Instant now_at_stripe() const;
  std::chrono::milliseconds pause_after_failure(const ItemId& item);
  void forget_failures(const ItemId& item);

  Ledger& ledger_;
  stripe::Client& stripe_;
  StripeHealth& health_;
  RateLimit& limit_;
  Clock& clock_;
  Entropy& entropy_;
  Observer& observer_;
  DeliverySettings settings_;
  std::mutex mutex_;
  std::unordered_map<ItemId, int> failures_;  ///< In a row, of the items that have any.
};

}  // namespace billing
