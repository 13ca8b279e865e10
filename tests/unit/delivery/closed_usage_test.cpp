// SPDX-License-Identifier: Apache-2.0
#include "delivery/closed_usage.hpp"

#include <doctest/doctest.h>

#include <string>

namespace billing {
namespace {

constexpr Second new_year{std::chrono::seconds(1'767'225'600)};
constexpr std::chrono::hours a_month(24 * 31);

stripe::UsageRecordSummary closed(std::int64_t total, int months_ago = 1) {
  return {.item = ItemId("si_1"),
          .total_usage = total,
          .invoice = InvoiceId("in_" + std::to_string(months_ago)),
          .period_start = new_year - a_month * months_ago,
          .period_end = new_year - a_month * (months_ago - 1)};
}

stripe::UsageRecordSummary open(std::int64_t total) {
  return {.item = ItemId("si_1"), .total_usage = total, .period_start = new_year};
}

}  // namespace

TEST_CASE("Stripe's totals are added up on both sides of the open period's beginning") {
  const UsageAtStripe usage = usage_at_stripe({.summaries = {open(3), closed(5), closed(7, 2)}});
  CHECK(usage.boundary == new_year);
  CHECK(usage.has_open);
  CHECK(usage.open == 3);
  CHECK(usage.closed == 12);
  CHECK(usage.from == Second());
  CHECK_MESSAGE(
      usage_at_stripe({.summaries = {open(3), closed(5)}, .more = true}).from == new_year - a_month,
      "older periods are not counted, and not compared");
  const UsageAtStripe ended = usage_at_stripe({.summaries = {closed(5), closed(7, 2)}});
  CHECK_FALSE(ended.has_open);
  CHECK_MESSAGE(ended.boundary == new_year, "when the last period ended");
}

TEST_CASE("What Stripe has beyond the delivered events is the oldest pending one") {
  struct Case {
    UsageAtStripe at_stripe;
    ItemBalance ledger;
    DoubtfulUsage judged;
    const char* why;
  };
  const Case cases[] = {
      {{.closed = 5}, {5, 0, 1}, DoubtfulUsage::missing, "all that is there was delivered"},
      {{.closed = 6}, {5, 0, 1}, DoubtfulUsage::found, "one more is there"},
      {{.closed = 6}, {5, 0, 3}, DoubtfulUsage::found, "the first of three"},
      {{.closed = 7}, {5, 0, 1}, DoubtfulUsage::unexplained, "two more, and one is known"},
      {{.closed = 4}, {5, 0, 1}, DoubtfulUsage::missing, "even a delivered one is not there"},
      {{.closed = 5, .open = 1}, {5, 0, 1}, DoubtfulUsage::found, "counted in the next period"},
      {{.closed = 4, .open = 1},
       {5, 0, 1},
       DoubtfulUsage::missing,
       "a delivered one was counted in the next period"},
      {{.closed = 5, .open = 0},
       {5, 2, 1},
       DoubtfulUsage::missing,
       "an open total that lags behind proves nothing"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.why);
    CHECK(judge_doubtful(1, each.at_stripe, each.ledger) == each.judged);
  }
  CHECK_MESSAGE(judge_doubtful(2, {.closed = 1}, {0, 0, 2}) == DoubtfulUsage::unexplained,
                "half of an event");
}

TEST_CASE("The invoice's line has to say what the period's total says") {
  const auto line = [](std::int64_t quantity) {
    return std::vector<InvoiceLine>{{.quantity = quantity,
                                     .item = ItemId("si_1"),
                                     .metered = true,
                                     .period_start = new_year - a_month,
                                     .period_end = new_year}};
  };
  CHECK(line_agrees(closed(5), line(5)));
  CHECK_FALSE(line_agrees(closed(5), line(4)));
  CHECK_MESSAGE(line_agrees(closed(5, 2), line(4)), "the line is of another period");
  CHECK(line_agrees(closed(5), {}));
}

}  // namespace billing
