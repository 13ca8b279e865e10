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
Routes setup_intent_routes();
Routes portal_configuration_routes();
Routes portal_session_routes();
Routes checkout_session_routes();
Routes subscription_routes();
Routes subscription_change_routes();
Routes payment_page_routes();
Routes subscription_item_routes();
Routes usage_record_routes();
Routes meter_routes();
Routes meter_event_routes();
Routes meter_summary_routes();
Routes invoice_routes();
Routes upcoming_invoice_routes();
Routes invoice_item_routes();
Routes invoice_payment_routes();
Routes payment_intent_routes();
Routes charge_routes();
Routes event_routes();
Routes test_clock_routes();
Routes webhook_endpoint_routes();

Json shown(const View& view, const Product& product);
Json shown(const View& view, const Price& price);
Json shown(const View& view, const Customer& customer);
Json shown(const View& view, const PaymentMethod& method);
Json shown(const View& view, const SetupIntent& intent);
Json shown(const View& view, const PortalConfiguration& configuration);
Json shown(const View& view, const PortalSession& session);
Json shown(const View& view, const CheckoutSession& session);
Json shown(const View& view, const Subscription& subscription);
Json shown(const View& view, const SubscriptionItem& item);
Json shown(const View& view, const Meter& meter);
Json shown(const View& view, const Invoice& invoice);
Json shown(const View& view, const InvoiceItem& item);
Json shown(const View& view, const InvoicePayment& payment);
Json shown(const View& view, const PaymentIntent& intent);
Json shown(const View& view, const Charge& charge);
Json shown(const View& view, const Event& event);
Json shown(const View& view, const TestClock& clock);
Json shown(const View& view, const WebhookEndpoint& endpoint);

/// A payment method as the card that sources were.
Json source_shown(const PaymentMethod& method);
/// The legacy mirror of a recurring price.
Json plan_shown(const View& view, const Price& price);
/// Lines of a checkout session as `line_items` has them.
Json line_items_shown(const View& view, const CheckoutSession& session);
/// The payments of an invoice as `payments` has them.
Json invoice_payments_shown(const View& view, const Invoice& invoice);
/// An event as it is delivered, in the version given; in the default one if it isn't kept in that.
std::string event_text(const Event& event, Version version);

}  // namespace sandbox
