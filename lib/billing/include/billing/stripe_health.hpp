// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/entropy.hpp>
#include <billing/result.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <set>

namespace billing {

/// Whether Stripe is failing just now, as all who call it see it, and so whether delivery should
/// leave it alone for a moment. Thread-safe.
///
/// Until Stripe has answered for the first time it counts as failing. A failure is believed until
/// the next success, or for half a minute. After several in a row, or
/// one that speaks of a limit on the whole account, delivery pauses: one call at the end of each
/// pause finds out, and pauses grow from half a second to five until one succeeds. What concerns
/// one object alone (`lock_timeout`) or one request is no failure here.
class StripeHealth {
 public:
  /// Both must outlive it.
  StripeHealth(const Clock& clock, Entropy& entropy) : clock_(clock), entropy_(entropy) {}

  void saw_success();
  void saw(const Error& error);
  /// Notes what a call came to, and passes it on.
  template <class T>
  Result<T> noted(Result<T> result) {
    if (result) {
      saw_success();
    } else {
      saw(result.error());
    }
    return result;
  }
  bool failing() const;

  /// A delivery that is under way, for as long as this lives. While one has been for three seconds,
  /// Stripe is failing, though nobody knows yet what the call will come to.
  class Watch {
   public:
    explicit Watch(StripeHealth& health);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    StripeHealth& health_;
    std::multiset<Moment>::iterator began_;
  };

  /// Asked before each delivery. While paused, one caller is let through at the end of each pause.
  bool may_send();
  /// What `may_send` let through was not sent after all.
  void not_sent();
  /// When `may_send` is worth asking again; none if now.
  std::optional<Moment> paused_until() const;

 private:
  const Clock& clock_;
  Entropy& entropy_;
  mutable std::mutex mutex_;
  bool heard_ = false;  ///< Stripe has answered sensibly, once at least.
  std::optional<Moment> failed_at_;
  std::optional<Moment> paused_until_;
  std::multiset<Moment> under_way_;  ///< When each delivery in flight began.
  bool probing_ = false;             ///< One was let through, and what came of it is not known yet.
  int failures_ = 0;                 ///< In a row.
  int pauses_ = 0;                   ///< Likewise.
};

}  // namespace billing
