// SPDX-License-Identifier: Apache-2.0
#include "calendar.hpp"
#include "customers.hpp"
#include "list.hpp"
#include "resources.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

constexpr std::int64_t minute_seconds = 60;

/// The boundaries on which both times of a request must lie.
struct Alignment {
  std::string_view name;
  std::int64_t seconds;
};

Alignment alignment_of(const Text& window) {
  if (!window) return {"minute", minute_seconds};
  return window == "hour" ? Alignment{"hour", hour_seconds} : Alignment{"UTC day", day_seconds};
}

Period period_from(const Call& call, const Alignment& alignment) {
  for (const char* name : {"start_time", "end_time"}) {
    if (*call.integer(name) % alignment.seconds == 0) continue;
    throw Refusal{
        .message = fmt::format("`{}` must align with {} boundaries.", name, alignment.name),
        .param = name};
  }
  const Period period{*call.integer("start_time"), *call.integer("end_time")};
  if (period.start < period.end) return period;
  throw Refusal{.message = "`end_time` must be after `start_time`.", .param = "end_time"};
}

// A summary isn't kept anywhere; its id follows from what it sums up, so that a cursor finds it.
std::string summary_id(const Meter& meter, const std::string& customer, Period period) {
  const std::string what = fmt::format("{} {} {} {}", meter.id, customer, period.start, period.end);
  return Ids(stable_hash(what, 0)).plain("mtrusg_test_", 30);
}

Json list_summaries(Call& call) {
  const Meter& meter = in_path(call.world.metering.meters, "meter", call.ids[0]);
  const std::string customer = customer_param(call.world, *call.text("customer")).id;
  const Text window = call.text("value_grouping_window");
  const Alignment alignment = alignment_of(window);
  const Period asked = period_from(call, alignment);
  const MeterUsage& usage = call.world.metering.usage(meter.id, customer);
  std::vector<Period> periods;
  if (!window) {
    periods.push_back(asked);
  } else {
    for (const std::int64_t start : usage.windows(asked, alignment.seconds)) {
      periods.push_back({start, start + alignment.seconds});
    }
  }
  std::vector<Json> rows;
  for (auto period = periods.rbegin(); period != periods.rend(); ++period) {
    rows.push_back({{"id", summary_id(meter, customer, *period)},
                    {"object", "billing.meter_event_summary"},
                    {"aggregated_value", usage.total(meter.formula, *period).number()},
                    {"end_time", period->end},
                    {"livemode", false},
                    {"meter", meter.id},
                    {"start_time", period->start}});
  }
  return list_of(call, "meter_event_summary", std::move(rows));
}

}  // namespace

Routes meter_summary_routes() {
  return {{"GET", "/v1/billing/meters/:id/event_summaries",
           listing({text("customer").need(), field(Kind::moment, "end_time").need(),
                    field(Kind::moment, "start_time").need(),
                    choice("value_grouping_window", {"day", "hour"})}),
           "list:billing.meter_event_summary", list_summaries}};
}

}  // namespace sandbox
