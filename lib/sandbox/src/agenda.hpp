// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace sandbox {

/// What time alone brings about. timeline.cpp says what is done for each.
enum class Work : std::uint8_t {
  period_end,
  trial_will_end,
  cancellation,
  session_expiry,
  clock_deletion,
  upcoming_notice,
  invoice_finalization,
  invoice_retry,
  incomplete_expiry,
};

/// One thing to do, to the object with this id. When its time comes the object may have changed:
/// what no longer applies is passed over by whoever does it.
struct Task {
  std::int64_t when = 0;
  Work work{};
  std::string id{};
};

/// What is to come, in the order of time, and of being planned within a second.
class Agenda {
 public:
  void add(Task task) {
    const std::int64_t when = task.when;
    tasks_.emplace(std::pair{when, planned_++}, std::move(task));
  }
  /// The next task that is due, which is then no longer on the agenda.
  std::optional<Task> take(std::int64_t until) {
    if (tasks_.empty() || tasks_.begin()->first.first > until) return std::nullopt;
    Task task = std::move(tasks_.begin()->second);
    tasks_.erase(tasks_.begin());
    return task;
  }
  /// When the next task is due.
  std::optional<std::int64_t> next() const {
    return tasks_.empty() ? std::nullopt : std::optional(tasks_.begin()->first.first);
  }
  void clear() { tasks_.clear(); }

 private:
  std::map<std::pair<std::int64_t, std::uint64_t>, Task> tasks_;
  std::uint64_t planned_ = 0;
};

}  // namespace sandbox
