// SPDX-License-Identifier: Apache-2.0
#include "server/housekeeper.hpp"

#include <algorithm>

namespace billing::apps {
namespace {

constexpr std::chrono::milliseconds sleep_at_most(1'000);
constexpr std::chrono::milliseconds rest_after_failure(1'000);

}  // namespace

Housekeeper::Housekeeper(const Clock& clock, Observer& observer, std::vector<Chore> chores)
    : clock_(clock), observer_(observer) {
  for (Chore& each : chores) duties_.push_back({.chore = std::move(each)});
}

Housekeeper::~Housekeeper() {
  stop();
}

void Housekeeper::start() {
  const std::lock_guard lock(mutex_);
  if (stopping_ || thread_.joinable()) return;
  thread_ = std::thread([this] { run(); });
}

void Housekeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::run() {
  const auto stopping = [this] { return stopping_; };
  while (true) {
    bool more = false;
    for (Duty& each : duties_) {
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
      }
      more = take_a_step(each) || more;
    }
    if (more) continue;
    const Moment now = clock_.moment();
    const auto sleep = std::clamp(next_turn(), now, now + sleep_at_most) - now;
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, sleep, stopping)) return;
  }
}

bool Housekeeper::take_a_step(Duty& duty) {
  if (clock_.moment() < duty.rests_until) return false;
  const Result<bool> more = duty.chore.step();
  if (more) return *more;
  duty.rests_until = clock_.moment() + rest_after_failure;
  observer_.observe(
      {.severity = Severity::warning,
       .what = "chore_failed",
       .facts = {{"chore", std::string(duty.chore.name)}, {"error", more.error().message}}});
  return false;
}

Moment Housekeeper::next_turn() {
  Moment next = Moment::max();
  for (const Duty& each : duties_) {
    const Result<std::optional<Moment>> due = each.chore.next_due();
    // What couldn't tell will be asked again after the longest sleep.
    if (due && *due) next = std::min(next, std::max(**due, each.rests_until));
  }
  return next;
}

}  // namespace billing::apps
