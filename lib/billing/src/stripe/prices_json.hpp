// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/stripe_objects.hpp>

#include "stripe/json_read.hpp"

namespace billing::stripe {

Price read_price(const JsonValue& price);

/// Of a price's `recurring`.
UsageType read_usage_type(const JsonValue& recurring);

}  // namespace billing::stripe
