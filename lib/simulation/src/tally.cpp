// SPDX-License-Identifier: Apache-2.0
#include "simulation/tally.hpp"

#include <billing/result.hpp>

namespace simulation {

const std::vector<std::string_view>& Tally::kinds() {
  static const std::vector<std::string_view> all = {
      // Stripe and the way there.
      "connection-refused", "request-lost", "answer-lost", "request-late", "answer-slow",
      "call-timed-out", "500-unstored", "500-unstored-after-work", "500-stored",
      "500-stored-after-work", "429-global-rate", "429-endpoint-concurrency",
      "429-resource-specific", "429-lock-timeout", "outage-seconds", "outage-hours", "outage-days",
      "answer-lost-then-days-outage", "outage-over-period-end", "clicks-over-period-end",
      "period-ended", "moved-to-next-period", "found-in-closed-period", "sign-up-answer-lost",
      "trial-ended", "card-declined", "webhook-dropped", "webhook-repeated", "webhook-reordered",
      "webhook-refused",
      // The machine.
      "crash-network-before", "crash-network-after", "crash-sleep", "crash-disk-create",
      "crash-disk-write", "crash-disk-sync", "crash-disk-remove", "crash-between-steps",
      "stop-in-order", "commit-answer-lost", "sync-failed", "disk-full", "unsynced-bytes-gone",
      "clock-set-forward", "clock-set-back", "claim-overtaken", "gap-healed",
      // People.
      "double-click", "click-sent-twice", "workshop", "workshop-sent-twice", "retry-within-hours",
      "retry-after-25-hours", "click-while-machine-off", "click-while-stripe-down",
      "subscription-canceled", "canceled-with-undelivered-clicks", "bought-again", "card-fixed"};
  return all;
}

Tally::Tally() {
  for (const std::string_view kind : kinds()) counts_.emplace(kind, 0);
}

void Tally::count(std::string_view what, std::int64_t times) {
  const auto found = counts_.find(what);
  billing::require(found != counts_.end());
  found->second += times;
}

void Tally::add(const Tally& other) {
  for (const auto& [what, times] : other.counts_) count(what, times);
}

}  // namespace simulation
