// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decimal.hpp"
#include "objects.hpp"
#include "table.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sandbox {

struct Meter {
  std::string id{};
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::string display_name{};
  std::string event_name{};
  std::string formula{};
  std::string customer_key = "stripe_customer_id";
  std::string value_key = "value";
  Text event_time_window{};
  std::optional<std::int64_t> deactivated_at{};

  bool active() const { return !deactivated_at; }
};

/// The events of one customer on one meter, by time.
class MeterUsage {
 public:
  /// The event's timestamp, and a number that grows with each arrival.
  using Key = std::pair<std::int64_t, std::uint64_t>;

  void add(Key key, const Decimal& value);
  void remove(Key key);

  /// What the events of a period (without its end) come to; 0 without any. Looks at each hour and
  /// at the events of the two that the period cuts, not at each event.
  Decimal total(std::string_view formula, Period period) const;
  /// The starts of the windows (whole hours long) in the period that have events, in order.
  std::vector<std::int64_t> windows(Period period, std::int64_t seconds) const;

 private:
  struct Sum {
    Decimal value{};
    std::int64_t count = 0;
  };
  void add_events(Sum& sum, Period period) const;

  std::map<Key, Decimal> events_;
  /// Numbered since 1970; without empty ones.
  std::map<std::int64_t, Sum> hours_;
};

/// The meters of an account, and the events they have taken.
class Metering {
 public:
  Table<Meter> meters{};

  /// The one active meter of a name, or null.
  Meter* active(const std::string& event_name);
  /// Has to follow each change of whether the meter is active.
  void index(const Meter& meter);

  struct Taken {
    std::string meter{};
    /// Empty when the event counts nowhere.
    std::string customer{};
    MeterUsage::Key key{};
  };
  /// The event of the last 24 hours with this identifier, or null.
  const Taken* taken(const std::string& identifier, std::int64_t now);
  /// Takes an event in: for nobody when there is no customer.
  void take(const std::string& identifier, const Meter& meter, const std::string& customer,
            std::int64_t timestamp, const Decimal& value, std::int64_t now);
  /// The event with this identifier, which must be taken, counts no more.
  void cancel(const std::string& identifier);

  /// Never null: without events it is empty.
  const MeterUsage& usage(const std::string& meter, const std::string& customer) const;

 private:
  std::unordered_map<std::string, std::string> active_;
  std::map<std::pair<std::string, std::string>, MeterUsage> usage_;
  std::unordered_map<std::string, Taken> taken_;
  /// When each of them came, oldest first.
  std::deque<std::pair<std::int64_t, std::string>> arrivals_;
  std::uint64_t arrived_ = 0;
};

}  // namespace sandbox
