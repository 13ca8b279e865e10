// SPDX-License-Identifier: Apache-2.0
#include "stripe/catalog_match.hpp"

#include <algorithm>

namespace billing {
namespace {

template <class Object>
const Object* pick(const std::vector<Object>& newest_first, const std::string& challenge_id,
                   bool Object::*in_use) {
  const Object* picked = nullptr;
  for (const Object& each : newest_first) {
    if (!carries(each.metadata, challenge_id)) continue;
    if (picked == nullptr || (each.*in_use && !(picked->*in_use))) picked = &each;
  }
  return picked;
}

}  // namespace

bool carries(const stripe::Metadata& metadata, const std::string& challenge_id) {
  const auto found = metadata.find("challenge_id");
  return found != metadata.end() && found->second == challenge_id;
}

bool same_terms(const stripe::Price& price, const PriceTerms& terms) {
  if (price.currency != terms.amount.currency || price.unit_amount != terms.amount.minor) {
    return false;
  }
  if (terms.role == PriceRole::workshop) return !price.recurring;
  if (!price.recurring) return false;
  const stripe::Recurring& each = *price.recurring;
  if (each.interval != "month" || each.interval_count != 1) return false;
  if (terms.role == PriceRole::monthly) return each.usage_type == stripe::UsageType::licensed;
  return each.usage_type == stripe::UsageType::metered && each.aggregate_usage == "sum" &&
         each.meter.empty();
}

bool up_to_date(const stripe::Price& price, const PriceTerms& terms,
                const std::string& challenge_id) {
  return price.active && price.nickname == terms.nickname && carries(price.metadata, challenge_id);
}

bool up_to_date(const stripe::Product& product, const ProductTerms& terms) {
  return product.active && product.name == terms.name && product.unit_label == terms.unit_label;
}

bool up_to_date(const stripe::PortalConfiguration& configuration, const PortalTerms& terms) {
  return configuration.active && configuration.headline == terms.headline &&
         configuration.payment_method_update && configuration.invoice_history &&
         configuration.subscription_cancel && configuration.cancel_mode == terms.cancel_mode;
}

bool up_to_date(const stripe::WebhookEndpoint& endpoint, const WebhookTerms& terms) {
  return endpoint.enabled && endpoint.url == terms.url &&
         std::ranges::is_permutation(endpoint.enabled_events, terms.enabled_events);
}

const stripe::Product* pick_product(const std::vector<stripe::Product>& products,
                                    const std::string& challenge_id) {
  return pick(products, challenge_id, &stripe::Product::active);
}

const stripe::PortalConfiguration* pick_portal_configuration(
    const std::vector<stripe::PortalConfiguration>& configurations,
    const std::string& challenge_id) {
  return pick(configurations, challenge_id, &stripe::PortalConfiguration::active);
}

const stripe::WebhookEndpoint* pick_webhook_endpoint(
    const std::vector<stripe::WebhookEndpoint>& endpoints, const std::string& challenge_id) {
  return pick(endpoints, challenge_id, &stripe::WebhookEndpoint::enabled);
}

const stripe::Price* find_price(const std::vector<stripe::Price>& prices,
                                const std::string& lookup_key) {
  const auto found = std::ranges::find(prices, lookup_key, &stripe::Price::lookup_key);
  return found == prices.end() ? nullptr : &*found;
}

}  // namespace billing
