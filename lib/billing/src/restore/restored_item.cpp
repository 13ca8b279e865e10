// SPDX-License-Identifier: Apache-2.0
#include "restore/restored_item.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace billing {
namespace {

using std::chrono::seconds;

/// Two clocks that were set by Stripe's dates may differ by that much.
constexpr seconds clock_slack(2);
/// The open period's total may lag behind what was just sent.
constexpr int looks_at_totals = 10;
constexpr std::chrono::milliseconds between_looks(500);
constexpr int rows_a_page = 1'000;

constexpr const char* found_by_total = "found after a backup was put back: Stripe's totals have it";
constexpr const char* missing_by_total =
    "after a backup was put back Stripe's totals didn't have it: it is sent anew";

std::string utc_text(Second second) {
  return fmt::format("{:%F %T}", fmt::gmtime(second.time_since_epoch().count()));
}

}  // namespace

ItemRestoring::ItemRestoring(const Restoring::World& world, const Subscription& subscription,
                             const SubscriptionItem& item, std::vector<RecordedEvent> pending,
                             std::int64_t parked)
    : world_(world),
      item_(item),
      created_(subscription.created - seconds(1)),
      live_(is_live(subscription)),
      parked_(parked),
      doubtful_(std::move(pending)),
      outcome_{
          .customer = subscription.customer, .subscription = subscription.id, .item = item.id} {}

Result<void> ItemRestoring::run(RestoredLedger& restored) {
  if (auto sent = send_again(); !sent) return sent;
  if (auto read = read_totals(); !read) return read;
  const std::size_t known = rows_.size();
  std::size_t settled = known;
  if (stripe_lacks()) {
    outcome_.trouble = "Stripe has less than the ledger delivered";
  } else {
    if (auto done = settle_doubtful(); !done) return done;
    settled = rows_.size();
    if (auto done = recover(); !done) return done;
  }
  const ItemRestoration restoration{.item = item_.id, .floor = floor(), .rows = rows_};
  if (auto stored = world_.ledger.restore(restoration); !stored) return stored;
  for (const ComparedPeriod& each : periods_) {
    outcome_.at_stripe += each.at_stripe;
    outcome_.delivered += each.delivered;
  }
  restored.items.push_back(std::move(outcome_));
  for (std::size_t i = settled; i < rows_.size(); ++i) {
    auto row = world_.ledger.find(rows_[i].event->id);
    if (!row) return failure(std::move(row));
    if (*row) restored.recovered.push_back(std::move(**row));
  }
  return {};
}

/// Those on seconds of the open period. Whoever sent one before has `set` the same second, so that
/// from here on Stripe has it, once.
Result<void> ItemRestoring::send_again() {
  std::vector<RecordedEvent> doubtful;
  for (RecordedEvent& row : doubtful_) {
    if (!live_ || !row.usage_at || *row.usage_at <= item_.period_start) {
      doubtful.push_back(std::move(row));
      continue;
    }
    const stripe::NewUsageRecord usage{
        .item = item_.id, .quantity = row.event->quantity, .timestamp = *row.usage_at};
    const auto record = world_.stripe.create_usage_record(usage, world_.stripe.fresh_key());
    if (!record) {
      // Refused: its period has just ended, or the subscription; whether it came before is told by
      // the totals.
      const bool refused = record.error().stripe && record.error().code == ErrorCode::invalid;
      if (!refused) return tl::unexpected(record.error());
      doubtful.push_back(std::move(row));
      continue;
    }
    row.state = EventState::delivered;
    row.record = record->id;
    row.reason.clear();
    row.api_version = world_.stripe.api_version();
    outcome_.sent_again += row.event->quantity;
    rows_.push_back(std::move(row));
  }
  doubtful_ = std::move(doubtful);
  return {};
}

Result<void> ItemRestoring::read_totals() {
  for (int look = 1;; ++look) {
    const auto settled = read_totals_once();
    if (!settled) return tl::unexpected(settled.error());
    if (*settled || look == looks_at_totals) return {};
    world_.clock.sleep_for(between_looks);
  }
}

/// False if Stripe's totals have less than they will, or should.
Result<bool> ItemRestoring::read_totals_once() {
  const auto summaries = world_.stripe.usage_record_summaries(item_.id);
  if (!summaries) return tl::unexpected(summaries.error());
  const Second now = to_second(world_.stripe.now_at_stripe().value_or(world_.clock.now()));
  periods_ = compared_periods(*summaries, created_, now);
  for (ComparedPeriod& each : periods_) {
    const Second end = each.open ? Second::max() : each.end;
    const auto balance = world_.ledger.balance(item_.id, each.start, end);
    if (!balance) return tl::unexpected(balance.error());
    each.delivered = balance->delivered_closed;
    for (const RecordedEvent& row : rows_) {
      if (*row.usage_at > each.start && *row.usage_at <= end) {
        each.delivered += row.event->quantity;
      }
    }
  }
  compare(periods_);
  return !stripe_lacks();
}

bool ItemRestoring::stripe_lacks() const {
  return std::ranges::any_of(periods_, [](const ComparedPeriod& each) { return each.beyond < 0; });
}

/// Whoever sent usage before had the time from Stripe, too, and has stopped.
Second ItemRestoring::floor() const {
  const Second now = to_second(world_.stripe.now_at_stripe().value_or(world_.clock.now()));
  return now + clock_slack;
}

Result<void> ItemRestoring::read_used_seconds() {
  if (used_) return {};
  used_.emplace();
  for (const RecordedEvent& row : rows_) used_->insert(row.usage_at.value_or(Second()));
  EventFilter filter{.customer = outcome_.customer, .item = item_.id, .limit = rows_a_page};
  while (true) {
    const auto page = world_.ledger.list(filter);
    if (!page) return tl::unexpected(page.error());
    for (const RecordedEvent& row : *page) {
      if (row.usage_at) used_->insert(*row.usage_at);
    }
    if (page->size() < static_cast<std::size_t>(rows_a_page)) return {};
    filter.before_sequence = page->back().sequence;
  }
}

/// They went to Stripe one at a time and in the ledger's order, before anything that the ledger
/// doesn't have: what Stripe has beyond the delivered ones is the first of them.
Result<void> ItemRestoring::settle_doubtful() {
  bool missing = false;
  for (RecordedEvent& row : doubtful_) {
    if (auto settled = settle_one(std::move(row), missing); !settled) return settled;
  }
  return {};
}

Result<void> ItemRestoring::settle_one(RecordedEvent row, bool& missing) {
  const std::int64_t quantity = row.event->quantity;
  ComparedPeriod* const period = missing ? nullptr : counted_in(periods_, row.usage_at, quantity);
  if (period == nullptr) {
    missing = true;
    outcome_.to_send += quantity;
    // Once the subscription has ended it is the final invoice's, as delivery will see.
    if (!live_) return {};
    row.usage_at.reset();
    ++row.attempt;
    row.reason = missing_by_total;
    rows_.push_back(std::move(row));
    return {};
  }
  const bool own = row.usage_at && *row.usage_at > period->start && *row.usage_at <= period->end;
  if (!own) {
    if (auto read = read_used_seconds(); !read) return read;
    row.usage_at = unused_second(*period, *used_);
    if (!row.usage_at) {
      outcome_.trouble = "no second is left in its period for an event that Stripe has";
      return {};
    }
  }
  period->beyond -= quantity;
  period->delivered += quantity;
  row.state = EventState::delivered;
  row.reason = found_by_total;
  outcome_.found += quantity;
  rows_.push_back(std::move(row));
  return {};
}

/// What Stripe has beyond that are clicks that came after the backup.
Result<void> ItemRestoring::recover() {
  const auto beyond = std::accumulate(
      periods_.begin(), periods_.end(), std::int64_t{0},
      [](std::int64_t sum, const ComparedPeriod& each) { return sum + each.beyond; });
  if (beyond == 0) return {};
  if (parked_ > 0) {
    outcome_.trouble =
        fmt::format("{} parked: decide on them first, Stripe may have them", parked_);
    return {};
  }
  if (auto read = read_used_seconds(); !read) return read;
  for (ComparedPeriod& each : periods_) {
    while (each.beyond > 0 && outcome_.trouble.empty()) {
      if (auto one = recover_one(each, each.delivered + 1); !one) return one;
    }
  }
  return {};
}

/// A row for one unit. Its second is nobody else's, in the period in which Stripe bills it, so that
/// everything that counts by seconds counts it there.
Result<void> ItemRestoring::recover_one(ComparedPeriod& period, std::int64_t ordinal) {
  const auto second = unused_second(period, *used_);
  if (!second) {
    outcome_.trouble = "no second is left in its period for a click that Stripe has";
    return {};
  }
  const Second began = period.start;
  auto event = make_usage_event({.customer = outcome_.customer,
                                 .item = item_.id,
                                 .key = fmt::format("restored/{}/{}/{}", item_.id.text(),
                                                    began.time_since_epoch().count(), ordinal),
                                 .clicked_at = *second},
                                world_.entropy);
  if (!event) return failure(std::move(event));
  rows_.push_back(
      {.event = std::make_shared<const UsageEvent>(std::move(*event)),
       .state = EventState::delivered,
       .usage_at = second,
       .reason = fmt::format("not in the backup; Stripe has it as usage of the period from {} to "
                             "{} UTC; when it was clicked is a guess",
                             utc_text(began), period.open ? "now" : utc_text(period.end)),
       .api_version = world_.stripe.api_version()});
  --period.beyond;
  ++period.delivered;
  ++outcome_.recovered;
  return {};
}

}  // namespace billing
