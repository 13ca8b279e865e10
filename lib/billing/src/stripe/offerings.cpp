// SPDX-License-Identifier: Apache-2.0
#include <billing/provisioning.hpp>

#include "stripe/catalog_match.hpp"

#include <algorithm>

namespace billing {
namespace {

/// A price of another kind than the catalog's would be sold wrongly (a quantity on a metered one,
/// usage on a licensed one), so it is not for sale until it is provisioned. Its amount is Stripe's
/// business.
bool fit_for_sale(const stripe::Price& price, const PriceTerms& terms) {
  if (!price.active || !price.unit_amount) return false;
  PriceTerms at_this_amount = terms;
  at_this_amount.amount = {.minor = *price.unit_amount, .currency = price.currency};
  return same_terms(price, at_this_amount);
}

const stripe::Product* find_product(const std::vector<stripe::Product>& products,
                                    const ProductId& id) {
  const auto found = std::ranges::find(products, id, &stripe::Product::id);
  return found == products.end() ? nullptr : &*found;
}

}  // namespace

Result<Offerings> read_offerings(stripe::Client& stripe, const Catalog& catalog) {
  std::vector<stripe::Product> products;
  for (const ProductTerms& each : catalog.products) {
    auto found = stripe.products(each.url);
    if (!found) return failure(std::move(found));
    std::ranges::copy_if(*found, std::back_inserter(products), [&](const stripe::Product& product) {
      return product.active && carries(product.metadata, catalog.challenge_id);
    });
  }
  std::vector<std::string> lookup_keys;
  for (const PriceTerms& each : catalog.prices) lookup_keys.push_back(each.lookup_key);
  const auto prices = stripe.prices(lookup_keys);
  if (!prices) return tl::unexpected(prices.error());
  const auto configurations = stripe.newest_portal_configurations();
  if (!configurations) return tl::unexpected(configurations.error());

  Offerings offerings;
  for (const PriceTerms& terms : catalog.prices) {
    const stripe::Price* price = find_price(*prices, terms.lookup_key);
    if (price == nullptr || !fit_for_sale(*price, terms)) continue;
    const stripe::Product* product = find_product(products, price->product);
    if (product == nullptr) continue;
    offerings.prices.push_back(
        {.role = terms.role,
         .id = price->id,
         .product = product->id,
         .product_name = product->name,
         .nickname = price->nickname,
         .amount = {.minor = *price->unit_amount, .currency = price->currency},
         .lookup_key = price->lookup_key});
  }
  // What it lets a customer do is Stripe's business, as a price's amount is.
  const auto* portal = pick_portal_configuration(*configurations, catalog.challenge_id);
  if (portal != nullptr && portal->active) offerings.portal = portal->id;
  return offerings;
}

}  // namespace billing
