// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "billing.hpp"
#include "schema.hpp"

namespace sandbox {

Schema subscription_create_schema();

/// What `POST /v1/subscriptions` asks for, checked to the end: making it can't fail any more.
Terms subscription_terms(Call& call);

/// `default_payment_method` must be attached to the customer.
void check_payment_method(const Call& call, const std::string& customer);

/// The active price that a line names; `at` is the line's place, such as `items[0]`.
const Price& price_of_line(Call& call, const Json& params, const std::string& at);

/// All recurring lines must share one interval and currency, and no price may come twice.
void check_lines_agree(const World& world, const std::vector<LineItem>& lines);

/// `trial_period_days` and `trial_end` exclude each other.
void check_trial(const Json& params, std::int64_t end_min);

}  // namespace sandbox
