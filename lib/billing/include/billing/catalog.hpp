// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/ids.hpp>
#include <billing/money.hpp>
#include <billing/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace billing {

/// What a product is to /dev/chat.
enum class ProductRole { pair_coding, workshop };

/// What a price is to /dev/chat: how it is bought and how it is billed.
enum class PriceRole {
  monthly,    ///< Each month, licensed, quantity 1, with a trial.
  on_demand,  ///< Each month, metered by sum: what was used is what is paid.
  workshop,   ///< One time, on the next invoice.
};

/// What a product at Stripe has to look like.
struct ProductTerms {
  ProductRole role;
  std::string name;
  std::string url;  ///< What it is found by among the products with our challenge id.
  std::string unit_label;
};

/// What a price at Stripe has to look like.
struct PriceTerms {
  PriceRole role;
  ProductRole product;
  std::string lookup_key;  ///< What it is found by; unique in an account.
  std::string nickname;
  Money amount;  ///< For each unit.
  int trial_days = 0;
};

/// What the customer portal's configuration at Stripe has to be like. In it a customer updates the
/// payment method, sees the invoices and cancels.
struct PortalTerms {
  std::string headline;
  std::string cancel_mode;  ///< Stripe's word: `immediately`
};

/// What the webhook endpoint at Stripe has to be like.
struct WebhookTerms {
  std::string url;
  std::vector<std::string> enabled_events;
};

/// Everything that is for sale, as it should be. A value without I/O.
struct Catalog {
  std::string challenge_id;  ///< In the metadata of every object made for this catalog.
  std::vector<ProductTerms> products;
  std::vector<PriceTerms> prices;
  PortalTerms portal;

  const ProductTerms& product(ProductRole role) const;
  const PriceTerms& price(PriceRole role) const;
};

/// The /dev/chat catalog. `challenge_id` is a plain word list such as `thoughtful-green-narwhal`:
/// lower-case letters, digits and hyphens, at most 64 characters.
Result<Catalog> devchat_catalog(const std::string& challenge_id);

/// A price as it stands at Stripe.
struct OfferedPrice {
  PriceRole role;
  PriceId id;
  ProductId product;
  std::string product_name;
  std::string nickname;
  Money amount;
  std::string lookup_key;
};

/// What can be bought just now: the active catalog prices that exist at Stripe.
struct Offerings {
  std::vector<OfferedPrice> prices;
  PortalConfigurationId portal = {};  ///< Empty until it is provisioned.

  const OfferedPrice* find(PriceRole role) const;
  const OfferedPrice* find(const PriceId& id) const;
};

std::string_view name(PriceRole role);
std::string_view name(ProductRole role);

}  // namespace billing
