// SPDX-License-Identifier: Apache-2.0
#include "timeline.hpp"

#include "billing.hpp"
#include "checkout.hpp"
#include "invoices.hpp"
#include "test_clocks.hpp"

#include <utility>

namespace sandbox {
namespace {

void perform(World& world, const Task& task) {
  switch (task.work) {
    case Work::period_end: return reach_period_end(world, task.id);
    case Work::trial_will_end: return announce_trial_end(world, task.id);
    case Work::cancellation: return reach_cancellation(world, task.id);
    case Work::session_expiry: return reach_expiry(world, task.id);
    case Work::clock_deletion: return remove_clock(world, world.test_clocks.at(task.id));
    case Work::upcoming_notice: return announce_upcoming(world, task.id);
    case Work::invoice_finalization: return reach_finalization(world, task.id);
    case Work::invoice_retry: return reach_retry(world, task.id);
    case Work::incomplete_expiry: return reach_incomplete_expiry(world, task.id);
  }
}

/// Who asked is nobody as long as time does the work.
class Unasked {
 public:
  explicit Unasked(World& world) : world_(world), cause_(std::exchange(world.cause, {})) {}
  ~Unasked() { world_.cause = cause_; }
  Unasked(const Unasked&) = delete;
  Unasked& operator=(const Unasked&) = delete;

 private:
  World& world_;
  Cause cause_;
};

}  // namespace

std::int64_t time_of(const World& world, const Text& clock) {
  return clock ? world.test_clocks.at(*clock).frozen_time : world.now;
}

void schedule(World& world, const Text& clock, std::int64_t when, Work work, std::string id) {
  Agenda& agenda = clock ? world.test_clocks.at(*clock).agenda : world.agenda;
  agenda.add({.when = when, .work = work, .id = std::move(id)});
}

void advance(World& world, std::int64_t now) {
  while (const auto task = world.agenda.take(now)) {
    const Unasked unasked(world);
    world.now = task->when;
    perform(world, *task);
  }
  world.now = now;
}

void advance(World& world, TestClock& clock, std::int64_t frozen_time) {
  const Unasked unasked(world);
  while (const auto task = clock.agenda.take(frozen_time)) {
    clock.frozen_time = task->when;
    perform(world, *task);
  }
  clock.frozen_time = frozen_time;
}

}  // namespace sandbox
