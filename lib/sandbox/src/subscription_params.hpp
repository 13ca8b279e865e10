// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "billing.hpp"
#include "inline_prices.hpp"
#include "schema.hpp"

namespace sandbox {

Schema subscription_create_schema();

/// What `POST /v1/subscriptions` asks for, checked to the end: making it can't fail any more.
Terms subscription_terms(Call& call);

constexpr std::size_t items_max = 20;

/// One of `items[]` of a subscription that isn't there yet; `at` is its place.
LineItem subscription_line(Call& call, InlinePrices& prices, const Json& params,
                           const std::string& at);

Refusal metered_quantity(const std::string& param);
void check_recurring(const Price& price, const std::string& param);

/// Something is due: the card that it is charged to, which must be there.
const PaymentMethod& card_due(const World& world, const Text& default_payment_method,
                              const std::string& customer);

/// `trial_settings` and `payment_settings`, and what they mean.
Field trial_settings_field();
Field payment_settings_field();
void assign_payment_settings(const Json& params, PaymentSettings& settings);

/// `cancel_at` of what has periods of this length from an anchor. Throws where it would cut off a
/// part of what a licensed price has been paid for.
void check_cancel_at(const Call& call, const Recurring& recurring, std::int64_t anchor,
                     std::int64_t period_end, bool licensed, std::int64_t now);

/// `default_payment_method` must be attached to the customer.
void check_payment_method(const Call& call, const std::string& customer);

/// All recurring lines must share one interval and currency, and no price may come twice.
void check_lines_agree(const std::vector<const Price*>& prices);

/// `trial_period_days` and `trial_end` exclude each other.
void check_trial(const Json& params, std::int64_t end_min);

}  // namespace sandbox
