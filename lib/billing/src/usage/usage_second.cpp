// SPDX-License-Identifier: Apache-2.0
#include <billing/usage.hpp>

#include <algorithm>

namespace billing {

std::optional<Second> choose_second(const SecondRequest& request) {
  using std::chrono::seconds;
  // A local clock that is ahead of Stripe's, or a click from before the period, must not lead
  // outside of what Stripe takes: after the period's start, not after its now.
  const Second first = request.period_start + seconds(1);
  const Second last = request.now_at_stripe;
  if (first > last) return std::nullopt;
  const Second own = std::clamp(request.clicked_at, first, last);
  if (!request.used || own > request.used->latest) return own;
  const Second before = request.used->earliest - seconds(1);
  if (before >= first) return before;
  const Second next = request.used->latest + seconds(1);
  if (next <= last) return next;
  return std::nullopt;
}

}  // namespace billing
