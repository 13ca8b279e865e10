// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.hpp"
#include "world.hpp"

#include <string>
#include <string_view>

namespace sandbox {

/// Gives it an id that begins with the prefix (`card_` for a source) and a fingerprint, and puts it
/// into the world, attached to nobody.
PaymentMethod& add_payment_method(World& world, PaymentMethod method, std::int64_t now,
                                  std::string_view prefix = "pm_");

/// With this card, valid for some years yet, and no billing details.
PaymentMethod method_of(const TestCard& card, std::int64_t now);

/// The method with this id; one of Stripe's test names (`pm_card_visa`) becomes a new method. Null
/// when there is none.
PaymentMethod* named_payment_method(World& world, const std::string& id, std::int64_t now);

/// The same for a parameter; Refusal when there is none.
PaymentMethod& payment_method_param(World& world, const std::string& id, std::string_view param,
                                    std::int64_t now);

/// Throws unless it can be attached to this customer, which may not exist yet (empty).
void check_attachable(const PaymentMethod& method, std::string_view customer);

/// Attaching and detaching are told, and which defaults fell away.
void attach(World& world, PaymentMethod& method, const std::string& customer);

/// Nobody is charged with it any more, and it can't be attached again.
void detach(World& world, PaymentMethod& method);

/// 402, in the bank's words.
Refusal card_refusal(const TestCard& card);

}  // namespace sandbox
