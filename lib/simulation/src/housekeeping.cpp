// SPDX-License-Identifier: Apache-2.0
#include "housekeeping.hpp"

namespace simulation {

bool Housekeeping::step() {
  if (under_way_ || !world_.is_ready()) return false;
  under_way_ = true;
  bool busy = false;
  if (world_.clock().moment() >= next_comparison_) {
    busy = heal_gaps();
  } else if (chance_.next() % 2 == 0) {
    busy = world_.work_webhooks();
  } else {
    busy = world_.step_final_invoices();
  }
  under_way_ = false;
  return busy;
}

void Housekeeping::vanish() {
  under_way_ = false;
  next_comparison_ = world_.clock().moment();
  // The server compares at once; here that is left to some starts, since each costs much.
  if (chance_.next() % 6 != 0) next_comparison_ += std::chrono::minutes(chance_.next() % 2'160);
}

void Housekeeping::finish() {
  heal_gaps();
  while (world_.work_webhooks() || world_.step_final_invoices()) {
  }
}

bool Housekeeping::heal_gaps() {
  const auto healed = world_.heal_gaps();
  if (!healed) return false;
  tally_.count("gap-healed", static_cast<std::int64_t>(*healed));
  next_comparison_ = world_.clock().moment() + std::chrono::minutes(720 + chance_.next() % 2'160);
  return true;
}

}  // namespace simulation
