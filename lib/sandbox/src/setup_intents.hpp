// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "world.hpp"

#include <string>

namespace sandbox {

/// What a hosted page leaves behind when it kept a card, attached by now, without charging it.
void add_succeeded_setup_intent(World& world, const PaymentMethod& method);

/// The card's owner has confirmed, or failed to: the end of `requires_action`.
void authenticate(World& world, SetupIntent& intent, bool confirmed);

/// The id in a client secret.
std::string setup_intent_of(const std::string& client_secret);

}  // namespace sandbox
