// SPDX-License-Identifier: Apache-2.0
#include "events.hpp"
#include "inline_prices.hpp"
#include "list.hpp"
#include "resources.hpp"

#include <algorithm>
#include <optional>

namespace sandbox {
namespace {

void index_url(World& world, const Product& product, bool present) {
  if (!product.url) return;
  const std::size_t at = *world.products.position(product.id);
  if (present) {
    world.products_by_url.add(*product.url, at);
  } else {
    world.products_by_url.remove(*product.url, at);
  }
}

Product& live_product(Call& call) {
  Product& product = in_path(call.world.products, "product", call.ids[0]);
  if (product.deleted) throw no_such("product", product.id);
  return product;
}

void assign_product_fields(const Json& params, Product& product) {
  assign(params, "name", product.name);
  assign(params, "active", product.active);
  assign(params, "description", product.description);
  assign(params, "shippable", product.shippable);
  assign(params, "statement_descriptor", product.statement_descriptor);
  assign(params, "tax_code", product.tax_code);
  assign(params, "unit_label", product.unit_label);
  assign(params, "url", product.url);
  assign(params, "default_price", product.default_price);
  assign(params, "images", product.images, Json::array());
  assign(params, "marketing_features", product.marketing_features, Json::array());
  assign_metadata(params, product.metadata);
}

// Its first price, which is its default.
void add_default_price(Call& call, const Product& product, Price price) {
  price.id = *product.default_price;
  price.product = product.id;
  assign_metadata(call.params["default_price_data"], price.metadata);
  add_price(call, std::move(price));
}

Json create_product(Call& call) {
  World& world = call.world;
  Product product{.id = call.params.value("id", ""), .created = call.now, .updated = call.now};
  if (product.id.empty()) product.id = world.ids.plain("prod_");
  if (world.products.find(product.id) != nullptr) {
    throw Refusal{
        .code = "resource_already_exists", .message = "Product already exists.", .param = "id"};
  }
  assign_product_fields(call.params, product);
  assign(call.params, "type", product.type);
  std::optional<Price> price;
  if (call.given("default_price_data")) {
    price = described_price(call, call.params["default_price_data"], "default_price_data");
    product.default_price = world.ids.timed("price_", call.now);
  }
  const Product& added = world.products.add(std::move(product));
  index_url(world, added, true);
  Json body = announced(call, call.now, "product.created", added);
  if (price) add_default_price(call, added, std::move(*price));
  return body;
}

Json retrieve_product(Call& call) {
  return shown(call.view(), live_product(call));
}

Json update_product(Call& call) {
  Product& product = live_product(call);
  if (const Text price = call.text("default_price")) {
    in_param(call.world.prices, "price", *price, "default_price");
  }
  const Pictures before = pictured(call.world, product);
  index_url(call.world, product, false);
  assign_product_fields(call.params, product);
  product.updated = call.now;
  index_url(call.world, product, true);
  emit_change(call.world, call.now, "product.updated", before, product);
  return shown(call.view(), product);
}

Json remove_product(Call& call) {
  Product& product = live_product(call);
  if (!call.world.prices_by_product.of(product.id).empty()) {
    throw Refusal{
        .message =
            "This product cannot be deleted because it has one or more user-created prices."};
  }
  index_url(call.world, product, false);
  emit(call.world, call.now, "product.deleted", product);
  product.deleted = true;
  return shown(call.view(), product);
}

Json list_products(Call& call) {
  const Text url = call.text("url");
  const Positions* among = url ? &call.world.products_by_url.of(*url) : nullptr;
  Positions named;
  if (call.given("ids")) {
    for (const Json& id : call.params["ids"]) {
      if (const auto at = call.world.products.position(id)) named.insert(*at);
    }
    among = &named;
  }
  const auto keep = [&](const Product& product) {
    return !product.deleted && product.active == call.flag("active", product.active) &&
           (!url || product.url == url) &&
           product.type == call.params.value("type", product.type) &&
           (!call.given("shippable") ||
            product.shippable == call.params["shippable"].get<bool>()) &&
           in_range(call.params, "created", product.created);
  };
  return listed(call, "product", call.world.products, among, keep,
                [&](const Product& product) { return shown(call.view(), product); });
}

Schema product_fields(bool updating) {
  const auto either = [updating](Field field) {
    return updating ? std::move(field).unset() : std::move(field);
  };
  Schema fields = {field(Kind::flag, "active"),
                   either(text("description", 40'000)),
                   either(field(Kind::texts, "images")),
                   either(objects("marketing_features", {text("name", 80).need()})),
                   metadata(),
                   field(Kind::flag, "shippable"),
                   text("statement_descriptor", 22),
                   either(text("tax_code")),
                   either(text("unit_label", 12)),
                   either(field(Kind::url, "url"))};
  return with_unemulated(std::move(fields), {"package_dimensions", "tax_details"});
}

Schema product_create_schema() {
  Schema fields = product_fields(false);
  fields.insert(fields.begin(), text("name").need());
  fields.push_back(text("id"));
  fields.push_back(choice("type", {"good", "service"}));
  fields.push_back(
      object("default_price_data",
             with_unemulated(
                 {field(Kind::currency, "currency").need(), metadata(),
                  object("recurring", {choice("interval", {"day", "month", "week", "year"}).need(),
                                       field(Kind::positive, "interval_count")}),
                  choice("tax_behavior", {"exclusive", "inclusive", "unspecified"}),
                  field(Kind::whole, "unit_amount"), field(Kind::decimal, "unit_amount_decimal")},
                 {"currency_options", "custom_unit_amount"})));
  return operation(std::move(fields));
}

Schema product_update_schema() {
  Schema fields = product_fields(true);
  fields.push_back(text("name"));
  fields.push_back(text("default_price"));
  return operation(std::move(fields));
}

}  // namespace

Json shown(const View&, const Product& product) {
  if (product.deleted) return {{"id", product.id}, {"object", "product"}, {"deleted", true}};
  return {{"id", product.id},
          {"object", "product"},
          {"active", product.active},
          {"created", product.created},
          {"default_price", nullable(product.default_price)},
          {"description", nullable(product.description)},
          {"images", product.images},
          {"livemode", false},
          {"marketing_features", product.marketing_features},
          {"metadata", product.metadata},
          {"name", product.name},
          {"package_dimensions", nullptr},
          {"shippable", nullable(product.shippable)},
          {"statement_descriptor", nullable(product.statement_descriptor)},
          {"tax_code", nullable(product.tax_code)},
          {"type", product.type},
          {"unit_label", nullable(product.unit_label)},
          {"updated", product.updated},
          {"url", nullable(product.url)}};
}

Routes product_routes() {
  return {{"POST", "/v1/products", product_create_schema(), "product", create_product},
          {"GET", "/v1/products/:id", operation({}), "product", retrieve_product},
          {"POST", "/v1/products/:id", product_update_schema(), "product", update_product},
          {"DELETE", "/v1/products/:id", operation({}), "product", remove_product},
          {"GET", "/v1/products",
           listing({field(Kind::flag, "active"), field(Kind::range, "created"),
                    field(Kind::texts, "ids"), field(Kind::flag, "shippable"),
                    choice("type", {"good", "service"}), text("url")}),
           "list:product", list_products}};
}

}  // namespace sandbox
