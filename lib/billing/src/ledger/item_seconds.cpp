// SPDX-License-Identifier: Apache-2.0
#include "ledger/item_seconds.hpp"

#include <algorithm>

namespace billing {
namespace {

/// About 150 bytes each.
constexpr std::size_t items_kept_max = 20'000;

}  // namespace

void ItemSeconds::use(Second second) {
  if (second <= start) return;
  if (!used) used = UsedSeconds{.earliest = second, .latest = second};
  used->earliest = std::min(used->earliest, second);
  used->latest = std::max(used->latest, second);
}

std::optional<Second> ItemSeconds::end_of(Second second, Second now) const {
  if (second <= boundary(now)) return boundary(now);
  if (second <= period_end) return period_end;
  return std::nullopt;
}

ItemSeconds* KnownSeconds::find(const ItemId& item) {
  const auto found = items_.find(item);
  return found == items_.end() ? nullptr : &found->second;
}

ItemSeconds& KnownSeconds::keep(const ItemId& item, const ItemSeconds& seconds) {
  // They can all be read again, and seldom are there so many.
  if (items_.size() >= items_kept_max) items_.clear();
  return items_.insert_or_assign(item, seconds).first->second;
}

void KnownSeconds::forget(const ItemId& item) {
  items_.erase(item);
}

void KnownSeconds::forget_all() {
  items_.clear();
}

}  // namespace billing
