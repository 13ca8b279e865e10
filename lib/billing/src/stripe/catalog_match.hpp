// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/catalog.hpp>
#include <billing/stripe_objects.hpp>

#include <string>
#include <vector>

/// How objects at Stripe compare with what the catalog says of them. Pure.
namespace billing {

bool carries(const stripe::Metadata& metadata, const std::string& challenge_id);

/// Amount, currency, interval, kind of usage: all that can't be edited at Stripe, but the product.
bool same_terms(const stripe::Price& price, const PriceTerms& terms);

/// All that can be edited.
bool up_to_date(const stripe::Price& price, const PriceTerms& terms,
                const std::string& challenge_id);
bool up_to_date(const stripe::Product& product, const ProductTerms& terms);
bool up_to_date(const stripe::PortalConfiguration& configuration, const PortalTerms& terms);
bool up_to_date(const stripe::WebhookEndpoint& endpoint, const WebhookTerms& terms);

/// The catalog's product among those with its url; nullptr if none carries the challenge id.
/// Somebody may have made it twice: an active one is the better guess, then the newest.
const stripe::Product* pick_product(const std::vector<stripe::Product>& products,
                                    const std::string& challenge_id);

/// The catalog's portal configuration, likewise.
const stripe::PortalConfiguration* pick_portal_configuration(
    const std::vector<stripe::PortalConfiguration>& configurations,
    const std::string& challenge_id);

/// The catalog's webhook endpoint among those with its url, likewise.
const stripe::WebhookEndpoint* pick_webhook_endpoint(
    const std::vector<stripe::WebhookEndpoint>& endpoints, const std::string& challenge_id);

const stripe::Price* find_price(const std::vector<stripe::Price>& prices,
                                const std::string& lookup_key);

}  // namespace billing
