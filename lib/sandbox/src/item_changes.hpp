// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inline_prices.hpp"

#include <string>
#include <vector>

namespace sandbox {

/// The items of a subscription as they are to be, beside the world's own: a preview ends here, an
/// update puts them in their place.
struct ItemChanges {
  /// In their order; a new one has an id that the world doesn't know yet.
  std::vector<SubscriptionItem> items{};
  std::vector<std::string> deleted{};
  InlinePrices prices{};
  /// A licensed item costs something else for the rest of the period.
  bool prorates = false;
};

/// What the changes of a parameter `items[]` (or whatever its name is) come to; throws Refusal
/// where they can't be.
ItemChanges item_changes(Call& call, const Subscription& subscription, const Json& changes,
                         const std::string& name);

/// The same for one item, whose fields stand at the top of the call.
ItemChanges item_change(Call& call, const Subscription& subscription, Json change);

void apply(Call& call, Subscription& subscription, ItemChanges changes);

/// Throws unless `proration_behavior` (of these parameters) leaves nothing to prorate.
void check_prorates(const Json& params, bool prorates,
                    const std::string& param = "proration_behavior");

Schema item_change_schema();
Field payment_behavior_field();
Field proration_behavior_field(std::string_view name = "proration_behavior");

}  // namespace sandbox
