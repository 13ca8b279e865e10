// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_client.hpp>

#include "stripe/form.hpp"
#include "stripe/json_read.hpp"
#include "stripe/list_pages.hpp"

// https://docs.stripe.com/api/products
namespace billing::stripe {
namespace {

Product read_product(const JsonValue& product) {
  return {.id = ProductId(product["id"].text()),
          .name = product["name"].text(),
          .url = product["url"].text_or_empty(),
          .unit_label = product["unit_label"].text_or_empty(),
          .active = product["active"].boolean(),
          .metadata = product["metadata"].texts()};
}

Parameters product_form(const ProductTerms& terms, const std::string& challenge_id) {
  return {{"name", terms.name},
          {"url", terms.url},
          {"unit_label", terms.unit_label},
          {"metadata[challenge_id]", challenge_id}};
}

Result<Product> product_of(const HttpResponse& response) {
  return read_json(response.body, read_product);
}

}  // namespace

Result<std::vector<Product>> Client::products(const std::string& url, Call call) {
  return all_pages(pager("/v1/products", call), {{"url", url}}, read_product);
}

Result<Product> Client::create_product(const ProductTerms& terms, const std::string& challenge_id,
                                       const IdempotencyKey& key, Call call) {
  return post("/v1/products", product_form(terms, challenge_id), key, call).and_then(product_of);
}

Result<Product> Client::update_product(const ProductId& id, const ProductTerms& terms,
                                       const std::string& challenge_id, const IdempotencyKey& key,
                                       Call call) {
  Parameters form = product_form(terms, challenge_id);
  form.emplace_back("active", "true");
  return post("/v1/products/" + percent_encoded(id.text()), form, key, call).and_then(product_of);
}

}  // namespace billing::stripe
