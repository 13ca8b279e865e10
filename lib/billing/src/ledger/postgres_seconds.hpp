// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/usage.hpp>

#include "ledger/item_seconds.hpp"
#include "ledger/postgres_database.hpp"

#include <optional>
#include <vector>

namespace billing::postgres {

/// What the next event's second is chosen by: true for as long as the item's row is locked.
struct LockedItem {
  ItemId id;
  ItemSeconds seconds;

  /// Of a row that begins with id, period_start, period_end and floor.
  LockedItem(const Row& row, Second now_at_stripe);

  /// The second for an event, which is the item's from then on; none while none is free.
  std::optional<Second> take_second(const UsageEvent& event, Second now_at_stripe);
};

/// What goes on an invoice itself needs no second.
inline bool needs_second(const UsageEvent& event) {
  return event.kind == UsageKind::session;
}

/// Reads which seconds are used already.
void read_used_seconds(Work& work, const std::vector<LockedItem*>& items);

}  // namespace billing::postgres
