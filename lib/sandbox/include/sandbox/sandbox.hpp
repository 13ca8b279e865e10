// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sandbox/http.hpp"
#include "sandbox/webhook.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sandbox {

/// What becomes of a subscription whose invoice stays unpaid after the last retry; a setting of the
/// account at Stripe.
enum class AfterRetries { cancel, leave_unpaid, leave_past_due };

/// How one stand-in is set up. Copied by the Sandbox; `now` must stay callable as long as it lives.
struct Options {
  /// Unix time in seconds, UTC. The stand-in has no other idea of time, but may be told to be ahead
  /// of it (`POST /_sandbox/clock`).
  std::function<std::int64_t()> now;
  /// Ids, request ids and everything else that looks random follow from this alone.
  std::uint64_t seed = 0;
  /// Where a browser reaches the hosted pages, without a trailing slash.
  std::string public_url = "http://127.0.0.1:12111";
  /// Lets a call that a fault stalls wait; others are answered meanwhile, also from within. Without
  /// it no call waits.
  std::function<void(std::chrono::milliseconds)> wait = {};
  /// How likely a call to the API is to meet a fault, of a kind that follows from the seed.
  double faults = 0;
  /// Calls of one account that are taken in a second, and of these to one operation; 0: all.
  std::int64_t rate_limit = 0;
  /// An endpoint for all events of all accounts; none when empty.
  std::string forward_to = {};
  /// What is signed with for it; made from the seed when empty.
  std::string webhook_secret = {};
  /// Shuffles, duplicates and delays webhooks, as follows from the seed.
  bool webhook_chaos = false;
  /// The time by which receivers judge how old a signature is. Without it the stand-in's own.
  std::function<std::int64_t()> receivers_now = {};
  AfterRetries after_retries = AfterRetries::cancel;
};

/// A stateful stand-in for Stripe, in memory: the same routes, forms, bodies, errors and
/// conventions as far as docs/sandbox.md says, and "not emulated" for the rest.
///
/// Needs no socket: a socket is an adapter's business. Safe to call from several threads; each call
/// is atomic, unless it is stalled, when it keeps others from what it writes to. Never throws on
/// any input; what can't be understood is answered as Stripe would.
class Sandbox {
 public:
  explicit Sandbox(Options options);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  HttpResponse handle(const HttpRequest& request);

  /// How many seconds the stand-in's time is ahead of Options::now, because `POST /_sandbox/clock`
  /// has moved it; it only grows. Reads one atomic number, and never waits for a call.
  std::int64_t clock_offset() const;

  /// The next webhook to send, if the time for one has come. Each endpoint gets one at a time: its
  /// next one comes when webhook_answered was told what became of the last. Whoever never calls
  /// this sends no webhooks.
  std::optional<WebhookPost> next_webhook();
  void webhook_answered(const std::string& id, const WebhookAnswer& answer);
  /// The stand-in's time from which on next_webhook may have something, if there is one: a time
  /// that is past means now. Reads one atomic number, and never waits for a call.
  std::optional<std::int64_t> next_webhook_due() const;
  /// What Options::forward_to is signed with.
  std::string webhook_secret() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace sandbox
