// SPDX-License-Identifier: Apache-2.0
#include "stripe/catalog_match.hpp"

#include <algorithm>

namespace billing {

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

const stripe::Product* pick_product(const std::vector<stripe::Product>& products,
                                    const std::string& challenge_id) {
  const stripe::Product* picked = nullptr;
  for (const stripe::Product& each : products) {
    if (!carries(each.metadata, challenge_id)) continue;
    if (picked == nullptr || (each.active && !picked->active)) picked = &each;
  }
  return picked;
}

const stripe::Price* find_price(const std::vector<stripe::Price>& prices,
                                const std::string& lookup_key) {
  const auto found = std::ranges::find(prices, lookup_key, &stripe::Price::lookup_key);
  return found == prices.end() ? nullptr : &*found;
}

}  // namespace billing
