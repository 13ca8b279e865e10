// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "call.hpp"

namespace sandbox {

/// The item that the first id of the path names; Refusal when there is none.
SubscriptionItem& item_in_path(Call& call);

}  // namespace sandbox
