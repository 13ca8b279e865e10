// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/catalog.hpp>
#include <billing/result.hpp>
#include <billing/stripe_client.hpp>

#include <optional>
#include <string>
#include <vector>

namespace billing {

/// How far `provision` may go.
enum class ProvisionScope {
  everything,    ///< Create, update in place, replace and archive.
  only_missing,  ///< Create what is missing, touch nothing that is there.
  dry_run,       ///< Write nothing; say what `everything` would do.
};

enum class ProvisionAction { created, updated, replaced, unchanged };

struct ProvisionedObject {
  std::string object;  ///< `product`, `price`, `portal_configuration`, `webhook_endpoint`
  std::string id;      ///< Empty for one that a dry run would create or replace.
  /// A product's or an endpoint's url, a price's lookup key, the portal's headline.
  std::string key;
  ProvisionAction action = ProvisionAction::unchanged;
  /// With `only_missing`: it differs from the catalog and was left as it is.
  bool differs = false;
};

struct ProvisionRequest {
  ProvisionScope scope = ProvisionScope::everything;
  /// Only this price and its product; else the whole catalog, the portal's configuration too.
  std::optional<PriceRole> only_price = std::nullopt;
};

/// Makes Stripe's products, prices and portal configuration be what the catalog says. Idempotent: a
/// second run finds all `unchanged` and writes nothing. Products are found by url, prices by lookup
/// key, and the configuration among the newest 100, through list endpoints (search lags behind),
/// among objects that carry the catalog's challenge id. A price that can't be edited into shape is
/// replaced (`transfer_lookup_key`) and the old one archived. A run that fails half-way is finished
/// by the next. Not safe against another run at the same time.
Result<std::vector<ProvisionedObject>> provision(stripe::Client& stripe, const Catalog& catalog,
                                                 const ProvisionRequest& request);

struct ProvisionedWebhook {
  ProvisionedObject object;
  /// What Stripe signs with, of an endpoint that was just created: it is told this once only.
  std::string secret;
};

/// The same for the webhook endpoint, which is found by the catalog's challenge id and its url. One
/// that is there keeps the API version it was made with; other endpoints are left alone.
Result<ProvisionedWebhook> provision_webhook(stripe::Client& stripe, const Catalog& catalog,
                                             const WebhookTerms& terms, ProvisionScope scope);

/// What is for sale at Stripe just now, and the portal's configuration, from the same list
/// endpoints.
Result<Offerings> read_offerings(stripe::Client& stripe, const Catalog& catalog);

std::string_view name(ProvisionAction action);

}  // namespace billing
