// SPDX-License-Identifier: Apache-2.0
#include "metering.hpp"

#include "calendar.hpp"

namespace sandbox {

void MeterUsage::add(Key key, const Decimal& value) {
  events_.emplace(key, value);
  Sum& hour = hours_[key.first / hour_seconds];
  hour.value += value;
  ++hour.count;
}

void MeterUsage::remove(Key key) {
  const auto event = events_.find(key);
  if (event == events_.end()) return;
  const auto hour = hours_.find(key.first / hour_seconds);
  hour->second.value -= event->second;
  if (--hour->second.count == 0) hours_.erase(hour);
  events_.erase(event);
}

void MeterUsage::add_events(Sum& sum, Period period) const {
  const auto end = events_.lower_bound({period.end, 0});
  for (auto at = events_.lower_bound({period.start, 0}); at != end; ++at) {
    sum.value += at->second;
    ++sum.count;
  }
}

Decimal MeterUsage::total(std::string_view formula, Period period) const {
  if (period.start >= period.end) return {};
  if (formula == "last") {
    const auto end = events_.lower_bound({period.end, 0});
    const bool none = end == events_.begin() || std::prev(end)->first.first < period.start;
    return none ? Decimal{} : std::prev(end)->second;
  }
  Sum sum;
  const std::int64_t first = (period.start + hour_seconds - 1) / hour_seconds;
  const std::int64_t last = period.end / hour_seconds;
  if (first >= last) {
    add_events(sum, period);
  } else {
    add_events(sum, {period.start, first * hour_seconds});
    const auto end = hours_.lower_bound(last);
    for (auto hour = hours_.lower_bound(first); hour != end; ++hour) {
      sum.value += hour->second.value;
      sum.count += hour->second.count;
    }
    add_events(sum, {last * hour_seconds, period.end});
  }
  return formula == "count" ? Decimal::of(sum.count) : sum.value;
}

std::vector<std::int64_t> MeterUsage::windows(Period period, std::int64_t seconds) const {
  std::vector<std::int64_t> starts;
  const auto end = hours_.lower_bound(period.end / hour_seconds);
  for (auto hour = hours_.lower_bound(period.start / hour_seconds); hour != end; ++hour) {
    const std::int64_t start = hour->first * hour_seconds / seconds * seconds;
    if (starts.empty() || starts.back() != start) starts.push_back(start);
  }
  return starts;
}

Meter* Metering::active(const std::string& event_name) {
  const auto found = active_.find(event_name);
  return found == active_.end() ? nullptr : meters.find(found->second);
}

void Metering::index(const Meter& meter) {
  if (meter.active()) {
    active_[meter.event_name] = meter.id;
  } else {
    active_.erase(meter.event_name);
  }
}

const Metering::Taken* Metering::taken(const std::string& identifier, std::int64_t now) {
  while (!arrivals_.empty() && arrivals_.front().first <= now - day_seconds) {
    taken_.erase(arrivals_.front().second);
    arrivals_.pop_front();
  }
  const auto found = taken_.find(identifier);
  return found == taken_.end() ? nullptr : &found->second;
}

void Metering::take(const std::string& identifier, const Meter& meter, const std::string& customer,
                    std::int64_t timestamp, const Decimal& value, std::int64_t now) {
  const MeterUsage::Key key{timestamp, ++arrived_};
  if (!customer.empty()) usage_[{meter.id, customer}].add(key, value);
  taken_[identifier] = {.meter = meter.id, .customer = customer, .key = key};
  arrivals_.emplace_back(now, identifier);
}

void Metering::cancel(const std::string& identifier) {
  Taken& event = taken_.at(identifier);
  if (!event.customer.empty()) usage_.at({event.meter, event.customer}).remove(event.key);
}

const MeterUsage& Metering::usage(const std::string& meter, const std::string& customer) const {
  static const MeterUsage none;
  const auto found = usage_.find({meter, customer});
  return found == usage_.end() ? none : found->second;
}

}  // namespace sandbox
