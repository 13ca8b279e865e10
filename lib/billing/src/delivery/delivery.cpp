// SPDX-License-Identifier: Apache-2.0
#include <billing/delivery.hpp>

#include "delivery/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace billing {
namespace {

constexpr std::chrono::milliseconds item_pause_min(500);
/// Also how soon after an outage an item is tried again, at the latest.
constexpr std::chrono::milliseconds item_pause_max(10'000);
/// 2^5 times the shortest pause is past the longest.
constexpr int doublings_max = 5;
/// The field of an invoice item's metadata that names the event.
constexpr const char* event_mark = "event";

std::string_view what_became_of(const Settlement& settlement) {
  if (settlement.state == EventState::refused) return "usage_refused";
  if (settlement.state == EventState::parked) return "usage_parked";
  return settlement.choose_second_anew ? "usage_in_next_period" : "usage_delayed";
}

/// One key an attempt: sent again under it, Stripe answers again and does nothing twice.
IdempotencyKey key_of(const RecordedEvent& row) {
  return IdempotencyKey(fmt::format("{}/{}", row.event->id.text(), row.attempt));
}

}  // namespace

Delivery::Delivery(Ledger& ledger, stripe::Client& stripe, StripeHealth& health, RateLimit& limit,
                   Clock& clock, Entropy& entropy, Observer& observer, DeliverySettings settings)
    : ledger_(ledger),
      stripe_(stripe),
      health_(health),
      limit_(limit),
      clock_(clock),
      entropy_(entropy),
      observer_(observer),
      settings_(settings) {}

Result<std::optional<Claim>> Delivery::claim() {
  const Moment now = clock_.moment();
  const Result<std::optional<Moment>> due = ledger_.next_due();
  if (!due) return tl::unexpected(due.error());
  // Asked first, since the others count those they let through.
  if (!*due || **due > now) return std::optional<Claim>();
  if (!limit_.try_take()) return std::optional<Claim>();
  if (!health_.may_send()) {
    limit_.give_back();
    return std::optional<Claim>();
  }
  Result<std::optional<Claim>> claimed = claim_due(now);
  if (!claimed || !*claimed) {
    limit_.give_back();
    health_.not_sent();
  }
  return claimed;
}

Result<std::optional<Claim>> Delivery::claim_due(Moment now) {
  while (true) {
    Result<std::optional<Claim>> claimed = ledger_.claim(now, now_at_stripe(), settings_.lease);
    if (!claimed || !*claimed) return claimed;
    const Result<bool> waits = has_to_wait(**claimed);
    if (!waits) return tl::unexpected(waits.error());
    if (!*waits) return claimed;
  }
}

// One try: the ledger's schedule decides on the next, and in between others have their turn.
Delivery::Asking Delivery::first(const Claim& claim) const {
  const RecordedEvent& row = claim.row;
  const UsageEvent& event = *row.event;
  if (event.kind == UsageKind::workshop) {
    return {.asked = {Question::known_invoice_items},
            .request = stripe_.invoice_items_request(event.customer)};
  }
  if (claim.is_in_doubt()) return asking_for_totals(claim, /*second_refused=*/false);
  return setting_usage(row);
}

Delivery::Asking Delivery::setting_usage(const RecordedEvent& row) const {
  const UsageEvent& event = *row.event;
  require(row.usage_at.has_value());
  return {.asked = {Question::usage_record},
          .request = stripe_.usage_record_request(
              {.item = event.item, .quantity = event.quantity, .timestamp = *row.usage_at},
              key_of(row))};
}

Delivery::Step Delivery::next(const Claim& claim, const Asked& asked, Result<HttpResponse> answer) {
  const RecordedEvent& row = claim.row;
  switch (asked.question) {
    case Question::usage_record: return heard_record(claim, std::move(answer));
    case Question::usage_totals: return heard_totals(claim, asked, std::move(answer));
    case Question::invoice_lines: return heard_lines(claim, asked, std::move(answer));
    case Question::known_invoice_items: {
      const auto page = stripe_.invoice_items_of(std::move(answer));
      if (!page) return failed(row, page.error());
      return look_for_item(row, *page);
    }
    case Question::new_invoice_item: break;
  }
  const auto item = stripe_.invoice_item_of(std::move(answer));
  if (!item) return failed(row, item.error());
  return delivered(row, item->id.text());
}

Settlement Delivery::send(const Claim& claim) {
  const StripeHealth::Watch watch(health_);
  Step step = first(claim);
  while (const auto* asking = std::get_if<Asking>(&step)) {
    auto answer = stripe_.send(asking->request, settings_.send_timeout);
    step = next(claim, asking->asked, std::move(answer));
  }
  return std::move(std::get<Settlement>(step));
}

Delivery::Step Delivery::heard_record(const Claim& claim, Result<HttpResponse> answer) {
  const auto record = stripe_.usage_record_of(claim.row.event->item, std::move(answer));
  if (record) return delivered(claim.row, record->id.text());
  const bool wrong_second = record.error().stripe && record.error().stripe->param == "timestamp";
  if (!wrong_second) return failed(claim.row, record.error());
  // Its period may have ended sooner than the store knows.
  static_cast<void>(limit_.take());
  return asking_for_totals(claim, /*second_refused=*/true);
}

/// What delivery takes next pays for the further questions: the claim has paid for one only.
Delivery::Step Delivery::look_for_item(const RecordedEvent& row,
                                       const stripe::InvoiceItemPage& page) {
  const UsageEvent& event = *row.event;
  for (const stripe::InvoiceItem& each : page.items) {
    const auto mark = each.metadata.find(event_mark);
    if (mark != each.metadata.end() && mark->second == event.id.text()) {
      return delivered(row, each.id.text());
    }
  }
  static_cast<void>(limit_.take());
  if (page.next_after.empty()) return adding_item(row);
  return Asking{.asked = {Question::known_invoice_items},
                .request = stripe_.invoice_items_request(event.customer, page.next_after)};
}

Delivery::Asking Delivery::adding_item(const RecordedEvent& row) {
  const UsageEvent& event = *row.event;
  const stripe::NewInvoiceItem item{
      .customer = event.customer,
      .subscription = event.subscription,
      .price = event.price,
      .quantity = event.quantity,
      .metadata = {{event_mark, event.id.text()}, {"challenge_id", settings_.challenge_id}}};
  return {.asked = {Question::new_invoice_item},
          .request = stripe_.invoice_item_request(item, key_of(row))};
}

Settlement Delivery::delivered(const RecordedEvent& row, const std::string& id) {
  health_.saw_success();
  forget_failures(row.event->item);
  return {.state = EventState::delivered,
          .record = UsageRecordId(id),
          .api_version = stripe_.api_version()};
}

Settlement Delivery::failed(const RecordedEvent& row, const Error& error) {
  health_.saw(error);
  const Verdict verdict = judge(error);
  if (verdict.refused) {
    forget_failures(row.event->item);
    return {.state = verdict.ended ? EventState::final_invoice : EventState::refused,
            .reason = verdict.reason};
  }
  return {.state = EventState::pending,
          .reason = verdict.reason,
          .raise_attempt = verdict.raise_attempt,
          .retry_at = clock_.moment() + pause_after_failure(row.event->item)};
}

Result<std::optional<RecordedEvent>> Delivery::settle(const Claim& claim,
                                                      const Settlement& settlement) {
  const SettledClaim settled{.claim = claim, .settlement = settlement};
  auto rows = settle({&settled, 1});
  if (!rows) return failure(std::move(rows));
  return std::move(rows->front());
}

Result<std::vector<std::optional<RecordedEvent>>> Delivery::settle(
    std::span<const SettledClaim> settled) {
  Result<LedgerWritten> written = ledger_.write({.settlements = settled});
  if (!written) return failure(std::move(written));
  for (std::size_t i = 0; i < settled.size(); ++i) {
    if (written->settled[i]) report(settled[i]);
  }
  return std::move(written->settled);
}

void Delivery::report(const SettledClaim& settled) {
  // What was delivered is in the ledger, and as many lines of log would tell nobody anything.
  if (settled.settlement.state == EventState::delivered) return;
  const UsageEvent& event = *settled.claim.row.event;
  observer_.observe({.severity = Severity::warning,
                     .what = what_became_of(settled.settlement),
                     .facts = {{"event", event.id.text()},
                               {"kind", std::string(name(event.kind))},
                               {"item", event.item.text()},
                               {"reason", settled.settlement.reason}}});
}

Result<std::optional<Moment>> Delivery::next_due() {
  Result<std::optional<Moment>> due = ledger_.next_due();
  if (!due || !*due) return due;
  const Moment allowed = std::max(limit_.next_at(), health_.paused_until().value_or(Moment::min()));
  return std::max(**due, allowed);
}

/// Until Stripe has told the time nothing has a second, unless it got one before a restart.
Instant Delivery::now_at_stripe() const {
  return stripe_.now_at_stripe().value_or(Instant::min());
}

std::chrono::milliseconds Delivery::pause_after_failure(const ItemId& item) {
  const std::lock_guard lock(mutex_);
  const int failures = ++failures_[item];
  const auto pause =
      std::min(item_pause_min * (1 << std::min(failures - 1, doublings_max)), item_pause_max);
  // Between half and all of it, so that items that failed together don't come back together.
  const auto half = static_cast<std::uint64_t>(pause.count() / 2);
  return std::chrono::milliseconds(half + entropy_.next() % (half + 1));
}

void Delivery::forget_failures(const ItemId& item) {
  const std::lock_guard lock(mutex_);
  failures_.erase(item);
}

}  // namespace billing
