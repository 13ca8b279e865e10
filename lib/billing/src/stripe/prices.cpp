// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_client.hpp>

#include "stripe/form.hpp"
#include "stripe/json_read.hpp"
#include "stripe/list_pages.hpp"
#include "stripe/prices_json.hpp"

// https://docs.stripe.com/api/prices
namespace billing::stripe {
namespace {

Parameters editable_terms(const PriceTerms& terms, const std::string& challenge_id) {
  return {{"nickname", terms.nickname}, {"metadata[challenge_id]", challenge_id}};
}

void add_recurring(Parameters& form, PriceRole role) {
  if (role == PriceRole::workshop) return;
  form.emplace_back("recurring[interval]", "month");
  if (role == PriceRole::monthly) {
    form.emplace_back("recurring[usage_type]", "licensed");
    return;
  }
  form.emplace_back("recurring[usage_type]", "metered");
  form.emplace_back("recurring[aggregate_usage]", "sum");
}

Result<Price> price_of(const HttpResponse& response) {
  return read_json(response.body, read_price);
}

}  // namespace

UsageType read_usage_type(const JsonValue& recurring) {
  return recurring["usage_type"].text() == "metered" ? UsageType::metered : UsageType::licensed;
}

Price read_price(const JsonValue& price) {
  Price read{.id = PriceId(price["id"].text()),
             .product = ProductId(price["product"].id()),
             .active = price["active"].boolean(),
             .currency = price["currency"].text(),
             .lookup_key = price["lookup_key"].text_or_empty(),
             .nickname = price["nickname"].text_or_empty(),
             .metadata = price["metadata"].texts()};
  if (!price["unit_amount"].is_null() && price["transform_quantity"].is_null()) {
    read.unit_amount = price["unit_amount"].integer();
  }
  if (const JsonValue recurring = price["recurring"]; !recurring.is_null()) {
    const std::string aggregate = recurring["aggregate_usage"].text_or_empty();
    read.recurring =
        Recurring{.interval = recurring["interval"].text(),
                  .interval_count = static_cast<int>(recurring["interval_count"].integer()),
                  .usage_type = read_usage_type(recurring),
                  .aggregate_usage = aggregate.empty() ? "sum" : aggregate,
                  .meter = recurring["meter"].text_or_empty()};
  }
  return read;
}

Result<std::vector<Price>> Client::prices(const std::vector<std::string>& lookup_keys, Call call) {
  Parameters query;
  for (const std::string& each : lookup_keys) query.emplace_back("lookup_keys[]", each);
  return all_pages(pager("/v1/prices", call), query, read_price);
}

Result<Price> Client::price(const PriceId& id, Call call) {
  return get("/v1/prices/" + percent_encoded(id.text()), {}, call).and_then(price_of);
}

Result<std::vector<Price>> Client::active_prices(const ProductId& product, Call call) {
  const Parameters query{{"product", product.text()}, {"active", "true"}};
  return all_pages(pager("/v1/prices", call), query, read_price);
}

Result<Price> Client::create_price(const PriceTerms& terms, const ProductId& product,
                                   const std::string& challenge_id, const IdempotencyKey& key,
                                   Call call) {
  Parameters form = editable_terms(terms, challenge_id);
  form.emplace_back("product", product.text());
  form.emplace_back("currency", terms.amount.currency);
  form.emplace_back("unit_amount", std::to_string(terms.amount.minor));
  form.emplace_back("lookup_key", terms.lookup_key);
  form.emplace_back("transfer_lookup_key", "true");
  add_recurring(form, terms.role);
  return post("/v1/prices", form, key, call).and_then(price_of);
}

Result<Price> Client::update_price(const PriceId& id, const PriceTerms& terms,
                                   const std::string& challenge_id, const IdempotencyKey& key,
                                   Call call) {
  Parameters form = editable_terms(terms, challenge_id);
  form.emplace_back("active", "true");
  return post("/v1/prices/" + percent_encoded(id.text()), form, key, call).and_then(price_of);
}

Result<Price> Client::archive_price(const PriceId& id, const IdempotencyKey& key, Call call) {
  return post("/v1/prices/" + percent_encoded(id.text()), {{"active", "false"}}, key, call)
      .and_then(price_of);
}

}  // namespace billing::stripe
