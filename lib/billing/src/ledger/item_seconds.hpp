// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/ids.hpp>
#include <billing/usage.hpp>

#include <cstddef>
#include <optional>
#include <unordered_map>

namespace billing::sqlite {

/// An item's period as the store knows it, and the seconds that events have after `start`: what
/// the next event's second is chosen by.
struct ItemSeconds {
  Second period_start;
  Second period_end;
  Second start;  ///< Of the period that `used` was counted in.
  std::optional<UsedSeconds> used = std::nullopt;

  void use(Second second);
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

}  // namespace billing::sqlite
