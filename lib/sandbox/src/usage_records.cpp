// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "list.hpp"
#include "money.hpp"
#include "resources.hpp"
#include "subscription_items.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

// Stripe refuses the future; clients that always send five minutes ahead are known to work.
constexpr std::int64_t future_tolerance_seconds = 300;

Refusal bad_timestamp(std::string_view why) {
  return {
      .message = fmt::format("Cannot create the usage record with this timestamp because {}", why),
      .param = "timestamp"};
}

void check_legacy(const Call& call, const SubscriptionItem& item, std::string_view what,
                  std::string_view instead) {
  if (!call.world.prices.at(item.price).meter()) return;
  throw Refusal{.message = fmt::format("Cannot {} for `{}` because it is not on the legacy metered "
                                       "billing system. Call {} instead.",
                                       what, item.id, instead)};
}

void check(const Call& call, const SubscriptionItem& item, const Subscription& subscription,
           std::int64_t timestamp, std::int64_t time) {
  check_legacy(call, item, "create a usage record", "/v1/billing/meter_events");
  if (subscription.ended()) {
    throw Refusal{.message =
                      "Cannot create the usage record because the subscription has been canceled."};
  }
  if (!call.world.prices.at(item.price).metered()) {
    throw Refusal{.message =
                      "Usage records are only supported on subscription items with a metered "
                      "plan, but this item's plan is licensed."};
  }
  // "Must be after" is read as "not before": the very second in which a period starts is its own.
  if (timestamp < subscription.period.start) {
    throw bad_timestamp(
        "timestamps must be after the subscription's last invoice period (or "
        "current period start time).");
  }
  if (timestamp > time + future_tolerance_seconds) {
    throw bad_timestamp("the timestamp is in the future.");
  }
}

Json create_usage_record(Call& call) {
  SubscriptionItem& item = item_in_path(call);
  const Subscription& subscription = call.world.subscriptions.at(item.subscription);
  const std::int64_t time = time_of(call.world, subscription);
  const auto sent = call.params.find("timestamp");
  const bool now = sent == call.params.end() || *sent == "now";
  const std::int64_t timestamp = now ? time : sent->get<std::int64_t>();
  check(call, item, subscription, timestamp, time);
  const auto quantity = call.params["quantity"].get<std::int64_t>();
  // Both act on that second alone: `set` replaces its total and leaves the rest of the period.
  std::int64_t& total = item.usage[timestamp];
  const bool set = call.params.value("action", "increment") == "set";
  total = set ? quantity : sum_of(total, quantity);
  ++item.usage_calls;
  return {{"id", call.world.ids.timed("mbur_", time)},
          {"object", "usage_record"},
          {"livemode", false},
          {"quantity", quantity},
          {"subscription_item", item.id},
          {"timestamp", timestamp}};
}

Json usage_summary(const SubscriptionItem& item, const std::string& id, Json invoice, Json start,
                   Json end, std::int64_t total) {
  return {{"id", id},
          {"object", "usage_record_summary"},
          {"invoice", std::move(invoice)},
          {"livemode", false},
          {"period", {{"end", std::move(end)}, {"start", std::move(start)}}},
          {"subscription_item", item.id},
          {"total_usage", total}};
}

Json list_usage_summaries(Call& call) {
  const SubscriptionItem& item = item_in_path(call);
  check_legacy(call, item, "list usage record summaries", "/v1/billing/meters/:id/event_summaries");
  if (!call.world.prices.at(item.price).metered()) {
    throw Refusal{.message =
                      "Usage record summaries are only supported on subscription items with a "
                      "metered plan, but this item's plan is licensed."};
  }
  const Subscription& subscription = call.world.subscriptions.at(item.subscription);
  std::vector<Json> rows;
  if (!subscription.ended() || item.closed.empty()) {
    const Period open = subscription.period;
    rows.push_back(usage_summary(item, item.open_summary, nullptr, open.start, nullptr,
                                 usage_in(call.world, item, open)));
  }
  for (auto closed = item.closed.rbegin(); closed != item.closed.rend(); ++closed) {
    rows.push_back(usage_summary(item, closed->id, closed->invoice, closed->period.start,
                                 closed->period.end, closed->total));
  }
  return list_of(call, "usage_record_summary", std::move(rows));
}

}  // namespace

Routes usage_record_routes() {
  return {{"POST", "/v1/subscription_items/:id/usage_records",
           operation({field(Kind::whole, "quantity").need(), choice("action", {"increment", "set"}),
                      field(Kind::now_or_moment, "timestamp")}),
           "usage_record", create_usage_record, until_basil},
          {"GET", "/v1/subscription_items/:id/usage_record_summaries", listing({}),
           "list:usage_record_summary", list_usage_summaries, until_basil}};
}

}  // namespace sandbox
