// SPDX-License-Identifier: Apache-2.0
#include "workers.hpp"

#include <fmt/format.h>

namespace simulation {

bool Workers::step() {
  Worker& worker = workers_[chance_.next() % workers_.size()];
  // Sends are where others have their turn, and a worker can't take a step within its own.
  if (worker.sending) return false;
  if (worker.claim && one_in(12)) return true;  // It sleeps on.
  return advance(worker);
}

void Workers::finish() {
  for (Worker& worker : workers_) {
    while (worker.claim) advance(worker);
  }
}

bool Workers::advance(Worker& worker) {
  if (!worker.claim) {
    auto claimed = world_.claim();
    if (!claimed || !*claimed) return false;
    worker.claim = std::move(**claimed);
  } else if (!worker.outcome) {
    worker.sending = true;
    worker.outcome = world_.send(*worker.claim);
    worker.sending = false;
  } else {
    settle(worker);
  }
  return true;
}

void Workers::settle(Worker& worker) {
  const auto settled = world_.settle(*worker.claim, *worker.outcome);
  if (!settled) {
    // The disk is in trouble: it tries again, until that is over or it is overtaken.
    world_.clock().advance(std::chrono::milliseconds(500));
    return;
  }
  if (*settled) {
    check(**settled);
  } else {
    tally_.count("claim-overtaken");
    const auto row = world_.ledger().find(worker.claim->row.event->id);
    if (row && *row) check(**row);
  }
  worker = {};
}

void Workers::check(const billing::RecordedEvent& row) {
  const std::string& id = row.event->id.text();
  const std::string now = fmt::format("{} {}", billing::name(row.state), row.record.text());
  const auto known = settled_.find(id);
  if (known != settled_.end() && known->second != now) {
    complaints_.push_back(
        fmt::format("{} was settled as {} and is {} now", id, known->second, now));
  }
  // What waits for a final invoice is refused once its click is known to have come after the end.
  const bool settled =
      row.state == billing::EventState::delivered || row.state == billing::EventState::refused;
  if (settled) settled_[id] = now;
}

}  // namespace simulation
