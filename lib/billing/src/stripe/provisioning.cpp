// SPDX-License-Identifier: Apache-2.0
#include <billing/provisioning.hpp>

#include "stripe/catalog_match.hpp"

#include <algorithm>

namespace billing {
namespace {

/// One run over the catalog. What it did is in `objects`, in the catalog's order.
class Run {
 public:
  Run(stripe::Client& stripe, const Catalog& catalog, ProvisionScope scope)
      : stripe_(stripe), catalog_(catalog), scope_(scope) {}

  Result<void> product_with_prices(const ProductTerms& terms, const std::vector<PriceTerms>& wanted,
                                   const std::vector<stripe::Price>& existing);
  Result<void> portal();
  /// The signing secret of an endpoint that was created, else nothing.
  Result<std::string> webhook(const WebhookTerms& terms);

  std::vector<ProvisionedObject> objects;

 private:
  bool dry() const { return scope_ == ProvisionScope::dry_run; }
  bool hands_off() const { return scope_ == ProvisionScope::only_missing; }
  /// Of what is there already: notes what becomes of it. True if it is to be corrected at Stripe.
  bool to_correct(ProvisionedObject& told, bool fine) const;

  /// The product's id; empty if a dry run would make it.
  Result<ProductId> product(const ProductTerms& terms);
  Result<void> price(const PriceTerms& terms, const ProductId& product, const stripe::Price* found);
  Result<void> create_price(const PriceTerms& terms, const ProductId& product,
                            ProvisionAction action);
  Result<void> archive_leftovers(const ProductId& product, const std::vector<PriceTerms>& wanted);

  stripe::Client& stripe_;
  const Catalog& catalog_;
  ProvisionScope scope_;
};

bool Run::to_correct(ProvisionedObject& told, bool fine) const {
  if (fine) return false;
  if (hands_off()) {
    told.differs = true;
    return false;
  }
  told.action = ProvisionAction::updated;
  return !dry();
}

Result<ProductId> Run::product(const ProductTerms& terms) {
  auto found = stripe_.products(terms.url);
  if (!found) return failure(std::move(found));
  ProvisionedObject told{.object = "product", .id = "", .key = terms.url};
  if (const stripe::Product* product = pick_product(*found, catalog_.challenge_id)) {
    told.id = product->id.text();
    if (to_correct(told, up_to_date(*product, terms))) {
      auto updated =
          stripe_.update_product(product->id, terms, catalog_.challenge_id, stripe_.fresh_key());
      if (!updated) return failure(std::move(updated));
    }
  } else {
    told.action = ProvisionAction::created;
    if (!dry()) {
      auto made = stripe_.create_product(terms, catalog_.challenge_id, stripe_.fresh_key());
      if (!made) return failure(std::move(made));
      told.id = made->id.text();
    }
  }
  objects.push_back(told);
  return ProductId(told.id);
}

Result<void> Run::create_price(const PriceTerms& terms, const ProductId& product,
                               ProvisionAction action) {
  ProvisionedObject told{.object = "price", .id = "", .key = terms.lookup_key, .action = action};
  if (!dry()) {
    auto made = stripe_.create_price(terms, product, catalog_.challenge_id, stripe_.fresh_key());
    if (!made) return failure(std::move(made));
    told.id = made->id.text();
  }
  objects.push_back(told);
  return {};
}

Result<void> Run::price(const PriceTerms& terms, const ProductId& product,
                        const stripe::Price* found) {
  if (found == nullptr) return create_price(terms, product, ProvisionAction::created);
  const bool right_terms = same_terms(*found, terms) && found->product == product;
  if (!right_terms && !hands_off()) {
    // The new price first, which takes the lookup key over: at no time is there nothing to buy. If
    // the run ends before the old one is archived, archive_leftovers of the next run finds it.
    if (auto made = create_price(terms, product, ProvisionAction::replaced); !made) return made;
    if (dry() || !found->active) return {};
    auto archived = stripe_.archive_price(found->id, stripe_.fresh_key());
    if (!archived) return failure(std::move(archived));
    return {};
  }
  ProvisionedObject told{.object = "price", .id = found->id.text(), .key = terms.lookup_key};
  const bool fine = right_terms && up_to_date(*found, terms, catalog_.challenge_id);
  if (to_correct(told, fine)) {
    auto updated =
        stripe_.update_price(found->id, terms, catalog_.challenge_id, stripe_.fresh_key());
    if (!updated) return failure(std::move(updated));
  }
  objects.push_back(told);
  return {};
}

/// What a run left behind that ended between making a price and archiving the one it replaced:
/// ours, active, with the same nickname, and robbed of its lookup key.
Result<void> Run::archive_leftovers(const ProductId& product,
                                    const std::vector<PriceTerms>& wanted) {
  auto active = stripe_.active_prices(product);
  if (!active) return failure(std::move(active));
  for (const stripe::Price& each : *active) {
    const bool named =
        std::ranges::find(wanted, each.nickname, &PriceTerms::nickname) != wanted.end();
    if (!named || !each.lookup_key.empty() || !carries(each.metadata, catalog_.challenge_id)) {
      continue;
    }
    if (!dry()) {
      auto archived = stripe_.archive_price(each.id, stripe_.fresh_key());
      if (!archived) return failure(std::move(archived));
    }
    objects.push_back(
        {.object = "price", .id = each.id.text(), .key = "", .action = ProvisionAction::updated});
  }
  return {};
}

Result<void> Run::product_with_prices(const ProductTerms& terms,
                                      const std::vector<PriceTerms>& wanted,
                                      const std::vector<stripe::Price>& existing) {
  auto id = product(terms);
  if (!id) return failure(std::move(id));
  const bool was_there = objects.back().action != ProvisionAction::created;
  for (const PriceTerms& each : wanted) {
    auto done = price(each, *id, find_price(existing, each.lookup_key));
    if (!done) return done;
  }
  if (!was_there || hands_off()) return {};
  return archive_leftovers(*id, wanted);
}

Result<void> Run::portal() {
  auto found = stripe_.newest_portal_configurations();
  if (!found) return failure(std::move(found));
  const PortalTerms& terms = catalog_.portal;
  const std::string& challenge_id = catalog_.challenge_id;
  ProvisionedObject told{.object = "portal_configuration", .id = "", .key = terms.headline};
  if (const auto* configuration = pick_portal_configuration(*found, challenge_id)) {
    told.id = configuration->id.text();
    if (to_correct(told, up_to_date(*configuration, terms))) {
      auto updated = stripe_.update_portal_configuration(configuration->id, terms, challenge_id,
                                                         stripe_.fresh_key());
      if (!updated) return failure(std::move(updated));
    }
  } else {
    told.action = ProvisionAction::created;
    if (!dry()) {
      auto made = stripe_.create_portal_configuration(terms, challenge_id, stripe_.fresh_key());
      if (!made) return failure(std::move(made));
      told.id = made->id.text();
    }
  }
  objects.push_back(told);
  return {};
}

Result<std::string> Run::webhook(const WebhookTerms& terms) {
  auto found = stripe_.webhook_endpoints();
  if (!found) return failure(std::move(found));
  std::erase_if(*found, [&](const stripe::WebhookEndpoint& each) { return each.url != terms.url; });
  const std::string& challenge_id = catalog_.challenge_id;
  ProvisionedObject told{.object = "webhook_endpoint", .id = "", .key = terms.url};
  std::string secret;
  if (const auto* endpoint = pick_webhook_endpoint(*found, challenge_id)) {
    told.id = endpoint->id.text();
    if (to_correct(told, up_to_date(*endpoint, terms))) {
      auto updated =
          stripe_.update_webhook_endpoint(endpoint->id, terms, challenge_id, stripe_.fresh_key());
      if (!updated) return failure(std::move(updated));
    }
  } else {
    told.action = ProvisionAction::created;
    if (!dry()) {
      auto made = stripe_.create_webhook_endpoint(terms, challenge_id, stripe_.fresh_key());
      if (!made) return failure(std::move(made));
      told.id = made->id.text();
      secret = std::move(made->secret);
    }
  }
  objects.push_back(told);
  return secret;
}

}  // namespace

Result<std::vector<ProvisionedObject>> provision(stripe::Client& stripe, const Catalog& catalog,
                                                 const ProvisionRequest& request) {
  std::vector<PriceTerms> wanted = catalog.prices;
  if (request.only_price) wanted = {catalog.price(*request.only_price)};
  std::vector<std::string> lookup_keys;
  for (const PriceTerms& each : wanted) lookup_keys.push_back(each.lookup_key);
  const auto existing = stripe.prices(lookup_keys);
  if (!existing) return tl::unexpected(existing.error());

  Run run(stripe, catalog, request.scope);
  for (const ProductTerms& product : catalog.products) {
    std::vector<PriceTerms> prices;
    std::ranges::copy_if(wanted, std::back_inserter(prices),
                         [&](const PriceTerms& each) { return each.product == product.role; });
    if (prices.empty()) continue;
    auto done = run.product_with_prices(product, prices, *existing);
    if (!done) return failure(std::move(done));
  }
  if (!request.only_price) {
    if (auto done = run.portal(); !done) return failure(std::move(done));
  }
  return std::move(run.objects);
}

Result<ProvisionedWebhook> provision_webhook(stripe::Client& stripe, const Catalog& catalog,
                                             const WebhookTerms& terms, ProvisionScope scope) {
  Run run(stripe, catalog, scope);
  auto secret = run.webhook(terms);
  if (!secret) return failure(std::move(secret));
  return ProvisionedWebhook{.object = std::move(run.objects.front()), .secret = std::move(*secret)};
}

std::string_view name(ProvisionAction action) {
  switch (action) {
    case ProvisionAction::created: return "created";
    case ProvisionAction::updated: return "updated";
    case ProvisionAction::replaced: return "replaced";
    case ProvisionAction::unchanged: return "unchanged";
  }
  return "unknown";
}

}  // namespace billing
