// SPDX-License-Identifier: Apache-2.0
// The part of Delivery for events whose billing period has closed.
#include <billing/delivery.hpp>

#include "delivery/closed_usage.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace billing {
namespace {

constexpr const char* waits_for_total =
    "its billing period ended before Stripe's answer came: Stripe's final total of the period will "
    "tell";
constexpr const char* goes_on = "its billing period has ended: it goes into the open one";
constexpr const char* has_ended = "its billing period has ended, and with it the subscription";

}  // namespace

/// True if it was too early to ask what became of it; the claim is given back then.
Result<bool> Delivery::has_to_wait(const Claim& claim) {
  if (!claim.is_in_doubt()) return false;
  const Second final_at = *claim.period_end + period_is_final_after;
  if (to_second(now_at_stripe()) >= final_at) return false;
  const auto settled = settle(claim, waits_until(final_at, std::nullopt, waits_for_total));
  if (!settled) return tl::unexpected(settled.error());
  return true;
}

Settlement Delivery::waits_until(Second when, std::optional<Second> period_start,
                                 std::string reason) {
  const auto rest = std::max<std::chrono::milliseconds>(when - now_at_stripe(), {});
  return {.state = EventState::pending,
          .reason = std::move(reason),
          .retry_at = clock_.moment() + rest,
          .period_start = period_start};
}

Delivery::Asking Delivery::asking_for_totals(const Claim& claim, bool second_refused) const {
  return {.asked = {Question::usage_totals, second_refused},
          .request = stripe_.usage_record_summaries_request(claim.row.event->item)};
}

Delivery::Step Delivery::heard_totals(const Claim& claim, const Asked& asked,
                                      Result<HttpResponse> answer) {
  const RecordedEvent& row = claim.row;
  auto totals = stripe_.usage_record_summaries_of(std::move(answer));
  if (!totals) return failed(row, totals.error());
  health_.saw_success();
  const UsageAtStripe at_stripe = usage_at_stripe(*totals);
  if (at_stripe.has_open) {
    const bool closed = at_stripe.boundary && *row.usage_at <= *at_stripe.boundary;
    if (!closed && asked.second_refused) return refused_second(row);
    if (!closed) {
      // It goes on, or has ended with the subscription: the send itself will tell.
      static_cast<void>(limit_.take());
      return setting_usage(row);
    }
    const Second final_at = *at_stripe.boundary + period_is_final_after;
    if (!claim.may_have_been_sent) return moved(*at_stripe.boundary);
    if (to_second(now_at_stripe()) < final_at) {
      return waits_until(final_at, at_stripe.boundary, waits_for_total);
    }
  }
  const auto* period = closed_period_of(*row.usage_at, totals->summaries);
  if (period == nullptr || period->invoice.empty()) return decide(claim, *totals, true);
  static_cast<void>(limit_.take());
  HttpRequest request = stripe_.invoice_lines_request(period->invoice);
  return Asking{.asked = {.question = Question::invoice_lines, .totals = std::move(*totals)},
                .request = std::move(request)};
}

Delivery::Step Delivery::heard_lines(const Claim& claim, const Asked& asked,
                                     Result<HttpResponse> answer) {
  const auto lines = stripe_.invoice_lines_of(std::move(answer));
  const bool is_gone = !lines && lines.error().stripe && lines.error().stripe->status == 404;
  if (!lines && !is_gone) return failed(claim.row, lines.error());
  const auto* period = closed_period_of(*claim.row.usage_at, asked.totals.summaries);
  return decide(claim, asked.totals, is_gone || line_agrees(*period, *lines));
}

Settlement Delivery::decide(const Claim& claim, const stripe::UsageRecordSummaryPage& totals,
                            bool line_agrees) {
  const RecordedEvent& row = claim.row;
  const UsageAtStripe at_stripe = usage_at_stripe(totals);
  const Second boundary = at_stripe.boundary.value_or(*row.usage_at);
  const auto balance = ledger_.balance(row.event->item, at_stripe.from, boundary);
  if (!balance) return failed(row, balance.error());
  const DoubtfulUsage judged = line_agrees
                                   ? judge_doubtful(row.event->quantity, at_stripe, *balance)
                                   : DoubtfulUsage::unexplained;
  switch (judged) {
    case DoubtfulUsage::found: return delivered(row, {});
    case DoubtfulUsage::missing:
      if (!at_stripe.has_open) return {.state = EventState::final_invoice, .reason = has_ended};
      return moved(boundary);
    case DoubtfulUsage::unexplained: break;
  }
  forget_failures(row.event->item);
  return {.state = EventState::parked,
          .reason =
              fmt::format("whether Stripe has it can't be told: {}{}", figures(at_stripe, *balance),
                          line_agrees ? "" : "; and the invoice's line differs")};
}

/// Stripe doesn't have it, and may take it at another second. The key goes with the old one.
Settlement Delivery::moved(Second period_start) {
  return {.state = EventState::pending,
          .reason = goes_on,
          .raise_attempt = true,
          .retry_at = clock_.moment(),
          .choose_second_anew = true,
          .period_start = period_start};
}

/// Its period is open, and Stripe refuses its second: a clock was ahead of Stripe's, which comes
/// right by waiting.
Settlement Delivery::refused_second(const RecordedEvent& row) {
  return {.state = EventState::pending,
          .reason = "Stripe refuses its second, though the billing period is open",
          .raise_attempt = true,
          .retry_at = clock_.moment() + pause_after_failure(row.event->item)};
}

}  // namespace billing
