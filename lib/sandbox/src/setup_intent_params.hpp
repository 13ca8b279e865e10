// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objects.hpp"
#include "schema.hpp"

namespace sandbox {

Schema setup_intent_create_schema();
Schema setup_intent_update_schema();
Schema setup_intent_confirm_schema();

/// Throws unless a setup intent of this customer (or of nobody) may use the method. A card that the
/// bank will refuse is usable: it is refused when the intent is confirmed.
void check_usable(const PaymentMethod& method, const Text& customer);

}  // namespace sandbox
