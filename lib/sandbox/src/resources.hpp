// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "router.hpp"

namespace sandbox {

/// What each resource's file offers: its routes, and its objects as an answer shows them.

Routes account_routes();
Routes product_routes();
Routes price_routes();
Routes customer_routes();
Routes payment_method_routes();
Routes checkout_session_routes();
Routes subscription_routes();
Routes subscription_item_routes();
Routes usage_record_routes();
Routes invoice_routes();
Routes upcoming_invoice_routes();

Json shown(const World& world, const Product& product);
Json shown(const World& world, const Price& price);
Json shown(const World& world, const Customer& customer);
Json shown(const World& world, const PaymentMethod& method);
Json shown(const World& world, const CheckoutSession& session);
Json shown(const World& world, const Subscription& subscription);
Json shown(const World& world, const SubscriptionItem& item);
Json shown(const World& world, const Invoice& invoice);

/// The legacy mirror of a recurring price.
Json plan_shown(const Price& price);
/// Lines of a checkout session as `line_items` has them.
Json line_items_shown(const World& world, const CheckoutSession& session);
/// An invoice that exists only as a preview has no id.
Json preview_shown(const World& world, const Invoice& invoice);

}  // namespace sandbox
