// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checkout.hpp"

#include <string>

namespace sandbox {

/// The hosted checkout page of an open session: what is bought on one side, the card form on the
/// other, with what was wrong on the last try. The card's number and code are never shown again.
std::string checkout_page(const World& world, const CheckoutSession& session, const Payment& typed,
                          const PaymentErrors& errors, std::int64_t now);

/// For a session that is complete or expired.
std::string closed_page(const CheckoutSession& session);

}  // namespace sandbox
