// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_health.hpp>

#include <algorithm>

namespace billing {
namespace {

using std::chrono::milliseconds;

/// Longer than a call that hangs and the longest pause after it.
constexpr milliseconds believed_for(30'000);
/// Stripe answers within a second, as a rule.
constexpr milliseconds hangs_after(3'000);
/// One item that always fails must not hold up the others; an outage shows itself soon enough.
constexpr int failures_before_pause = 4;
constexpr milliseconds pause_min(500);
constexpr milliseconds pause_max(5'000);

enum class Sign { well, failing, limited };

// https://docs.stripe.com/rate-limits
Sign sign_of(const Error& error) {
  const auto& stripe = error.stripe;
  if (stripe && stripe->status == 429) {
    const bool of_one_object =
        stripe->code == "lock_timeout" || stripe->rate_limited_reason == "resource-specific";
    return of_one_object ? Sign::well : Sign::limited;
  }
  // A stored error is old news of one request.
  if (stripe && stripe->replayed) return Sign::well;
  switch (error.code) {
    case ErrorCode::unavailable:
    case ErrorCode::timed_out:
    case ErrorCode::outcome_unknown:
    case ErrorCode::denied: return Sign::failing;
    case ErrorCode::rate_limited: return Sign::limited;
    default: return Sign::well;
  }
}

}  // namespace

void StripeHealth::saw_success() {
  const std::lock_guard lock(mutex_);
  heard_ = true;
  failed_at_.reset();
  paused_until_.reset();
  probing_ = false;
  failures_ = 0;
  pauses_ = 0;
}

void StripeHealth::saw(const Error& error) {
  const Sign sign = sign_of(error);
  if (sign == Sign::well) return saw_success();
  const Moment now = clock_.moment();
  const std::lock_guard lock(mutex_);
  failed_at_ = now;
  ++failures_;
  if (sign != Sign::limited && failures_ < failures_before_pause) return;
  // Calls that were under way when the pause began say nothing new.
  if (paused_until_ && *paused_until_ > now && !probing_) return;
  probing_ = false;
  const milliseconds pause = std::min(pause_min * (1 << std::min(pauses_, 8)), pause_max);
  ++pauses_;
  // By chance between half and all of it, so that many servers don't come back together.
  const auto half = static_cast<std::uint64_t>(pause.count() / 2);
  paused_until_ = now + milliseconds(half + entropy_.next() % (half + 1));
}

bool StripeHealth::failing() const {
  const std::lock_guard lock(mutex_);
  const Moment now = clock_.moment();
  if (!heard_) return true;
  if (failed_at_ && now - *failed_at_ < believed_for) return true;
  return !under_way_.empty() && now - *under_way_.begin() >= hangs_after;
}

StripeHealth::Watch::Watch(StripeHealth& health) : health_(health) {
  const std::lock_guard lock(health_.mutex_);
  began_ = health_.under_way_.insert(health_.clock_.moment());
}

StripeHealth::Watch::~Watch() {
  const std::lock_guard lock(health_.mutex_);
  health_.under_way_.erase(began_);
}

bool StripeHealth::may_send() {
  const Moment now = clock_.moment();
  const std::lock_guard lock(mutex_);
  if (!paused_until_) return true;
  if (*paused_until_ > now) return false;
  // Whoever asks next waits for what becomes of this one, but not for ever.
  probing_ = true;
  paused_until_ = now + pause_max;
  return true;
}

void StripeHealth::not_sent() {
  const std::lock_guard lock(mutex_);
  if (!probing_) return;
  probing_ = false;
  paused_until_ = clock_.moment();
}

std::optional<Moment> StripeHealth::paused_until() const {
  const std::lock_guard lock(mutex_);
  return paused_until_;
}

}  // namespace billing
