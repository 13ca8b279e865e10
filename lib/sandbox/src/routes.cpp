// SPDX-License-Identifier: Apache-2.0
#include "resources.hpp"

#include <algorithm>
#include <array>

namespace sandbox {
namespace {

// Parts of Stripe that are no part of the stand-in (yet). A request for one of them is told so.
constexpr std::array absent = {"account_links",
                               "account_sessions",
                               "accounts",
                               "application_fees",
                               "apple_pay",
                               "apps",
                               "balance",
                               "balance_transactions",
                               "billing",
                               "charges",
                               "climate",
                               "country_specs",
                               "coupons",
                               "credit_notes",
                               "customer_sessions",
                               "disputes",
                               "entitlements",
                               "ephemeral_keys",
                               "exchange_rates",
                               "file_links",
                               "files",
                               "financial_connections",
                               "forwarding",
                               "identity",
                               "invoice_payments",
                               "issuing",
                               "mandates",
                               "payment_intents",
                               "payment_links",
                               "payment_method_configurations",
                               "payment_method_domains",
                               "payouts",
                               "plans",
                               "promotion_codes",
                               "quotes",
                               "radar",
                               "refunds",
                               "reporting",
                               "reviews",
                               "setup_attempts",
                               "shipping_rates",
                               "sigma",
                               "sources",
                               "subscription_schedules",
                               "tax",
                               "tax_codes",
                               "tax_ids",
                               "tax_rates",
                               "terminal",
                               "test_helpers",
                               "tokens",
                               "topups",
                               "transfers",
                               "treasury"};

// Resources that are here, with operations that aren't.
constexpr std::array absent_below = {"/search",   "/pay",      "/balance_transactions",
                                     "/discount", "/features", "/add_lines",
                                     "/sources",  "/tax_ids",  "/migrate"};

}  // namespace

Routes all_routes() {
  Routes all;
  for (Routes (*const resource)() : {account_routes,
                                     product_routes,
                                     price_routes,
                                     customer_routes,
                                     payment_method_routes,
                                     setup_intent_routes,
                                     portal_configuration_routes,
                                     portal_session_routes,
                                     checkout_session_routes,
                                     payment_page_routes,
                                     subscription_routes,
                                     subscription_change_routes,
                                     usage_record_routes,
                                     subscription_item_routes,
                                     meter_routes,
                                     meter_event_routes,
                                     meter_summary_routes,
                                     upcoming_invoice_routes,
                                     invoice_routes,
                                     invoice_item_routes,
                                     invoice_payment_routes,
                                     payment_intent_routes,
                                     charge_routes,
                                     event_routes,
                                     test_clock_routes,
                                     webhook_endpoint_routes}) {
    Routes routes = resource();
    std::ranges::move(routes, std::back_inserter(all));
  }
  return all;
}

bool stripe_has(std::string_view path) {
  if (path.starts_with("/v2/")) return true;
  if (std::ranges::any_of(absent_below,
                          [&](std::string_view end) { return path.ends_with(end); })) {
    return true;
  }
  if (!path.starts_with("/v1/")) return false;
  // Of `billing`, meters are here whole.
  if (path.starts_with("/v1/billing/meter")) return false;
  const std::string_view resource = path.substr(4, path.find('/', 4) - 4);
  return std::ranges::find(absent, resource) != absent.end();
}

}  // namespace sandbox
