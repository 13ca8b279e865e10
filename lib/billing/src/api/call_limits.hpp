// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/stripe_client.hpp>

#include <chrono>

namespace billing {

/// A look at what Stripe has while somebody waits for a page: one short try.
inline constexpr stripe::Call quick_read{.budget = std::chrono::milliseconds(3'000),
                                         .tries_max = 1};
/// A step of signing in or buying, which somebody waits for too but can't do without.
inline constexpr stripe::Call interactive{.budget = std::chrono::milliseconds(15'000),
                                          .tries_max = 3};

}  // namespace billing
