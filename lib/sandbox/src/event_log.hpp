// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "version.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sandbox {

/// The request that makes things happen; empty where time or a person on a page does.
struct Cause {
  std::string_view request{};
  std::string_view idempotency_key{};
};

/// An event's `data` in one version, as the text it is sent in.
struct EventData {
  Version version{};
  std::string text{};
};

struct Event {
  std::string id{};
  std::int64_t created = 0;
  /// The sandbox's time, from which its age counts: `created` may be a test clock's.
  std::int64_t recorded = 0;
  std::string_view type{};
  std::string request_id{};
  std::string idempotency_key{};
  /// The account's default version first.
  std::vector<EventData> data{};
  /// How many endpoints have yet to take it, and which ones have been given up.
  std::int64_t pending_webhooks = 0;
  std::vector<std::string> undelivered_to{};

  bool delivered() const { return pending_webhooks == 0 && undelivered_to.empty(); }
};

/// The events of an account, oldest first, for thirty days. Events stay where they are in memory
/// until they go.
class EventLog {
 public:
  Event& add(Event event);
  /// What some endpoint has yet to take stays.
  void forget_before(std::int64_t recorded);

  Event* find(const std::string& id);
  const Event* find(const std::string& id) const;
  std::optional<std::size_t> position(const std::string& id) const;
  Event& operator[](std::size_t position) { return events_[position]; }
  const Event& operator[](std::size_t position) const { return events_[position]; }
  std::size_t size() const { return events_.size(); }

 private:
  std::deque<Event> events_;
  /// Counted from the first event there ever was.
  std::unordered_map<std::string_view, std::size_t> numbers_;
  std::size_t forgotten_ = 0;
};

}  // namespace sandbox
