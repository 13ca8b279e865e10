// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ids.hpp>
#include <billing/usage.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>

namespace billing {

/// An item's period as the store knows it, and the seconds that events have after `start`: what
/// the next event's second is chosen by.
struct ItemSeconds {
  Second period_start;
  Second period_end;
  Second floor;       ///< Seconds up to there may have been used by what the ledger doesn't know.
  Second start = {};  ///< Of what `used` was counted in.
  std::optional<UsedSeconds> used = std::nullopt;

  void use(Second second);

  /// Past the end of the period that is known a new one has begun, and it began there.
  Second boundary(Second now) const { return now >= period_end ? period_end : period_start; }
  Second start_at(Second now) const { return std::max(boundary(now), floor); }
  /// When the period of a second ends; none where that is not known yet.
  std::optional<Second> end_of(Second second, Second now) const;
};

/// The ItemSeconds that were read or made last, which spares each click three queries. Whoever
/// changes the rows in another way, or can't tell whether they were changed, has to forget them
/// here. Not thread-safe: guarded by the mutex of the data file.
class KnownSeconds {
 public:
  /// Null if it has to be read.
  ItemSeconds* find(const ItemId& item);
  ItemSeconds& keep(const ItemId& item, const ItemSeconds& seconds);
  void forget(const ItemId& item);
  void forget_all();

 private:
  std::unordered_map<ItemId, ItemSeconds> items_;
};

}  // namespace billing
