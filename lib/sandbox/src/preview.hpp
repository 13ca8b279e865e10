// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "item_changes.hpp"

namespace sandbox {

/// A subscription as it is, or as it would be, apart from the world: what its next invoice is made
/// from.
struct Prospect {
  Subscription subscription{};
  std::vector<SubscriptionItem> items{};
  /// When the invoice would be made; at once for one that is new, or ends.
  std::int64_t due = 0;
  /// It would begin with this invoice.
  bool fresh = false;
  /// It ends with this invoice.
  bool last = false;
};

/// The subscription that a preview asks for, with the changes it asks for. Throws Refusal, which is
/// `invoice_upcoming_none` where nothing is to come.
Prospect prospect_of(Call& call);

/// What previews take: the names are flat (`subscription_items`) until basil, and also below
/// `subscription_details`.
Schema preview_schema(bool flat);

Refusal no_upcoming(const std::string& customer);

}  // namespace sandbox
