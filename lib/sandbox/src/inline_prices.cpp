// SPDX-License-Identifier: Apache-2.0
#include "inline_prices.hpp"

#include "billing.hpp"
#include "events.hpp"
#include "money.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

void assign_amount(const Json& data, const std::string& at, Price& price) {
  const bool whole = data.contains("unit_amount");
  if (whole && data.contains("unit_amount_decimal")) {
    throw exclusive(at + "[unit_amount]", at + "[unit_amount_decimal]");
  }
  if (whole) {
    price.unit_amount = data["unit_amount"].get<std::int64_t>();
    price.unit_amount_decimal = std::to_string(*price.unit_amount);
  } else if (data.contains("unit_amount_decimal")) {
    price.unit_amount_decimal = data["unit_amount_decimal"].get<std::string>();
    price.unit_amount = decimal_as_integer(price.unit_amount_decimal);
  } else {
    throw Refusal{.code = "parameter_missing",
                  .message = fmt::format("Missing required param: {}[unit_amount].", at),
                  .param = at + "[unit_amount]",
                  .executed = false};
  }
}

}  // namespace

const Price& InlinePrices::of_line(Call& call, const Json& params, const std::string& at) {
  const std::string param = at + "[price]";
  const auto data = params.find("price_data");
  if (data != params.end()) {
    if (params.contains("price")) throw exclusive(param, at + "[price_data]");
    return brought(call, *data, at + "[price_data]");
  }
  if (!params.contains("price")) {
    throw Refusal{.code = "parameter_missing",
                  .message = fmt::format("Missing required param: {}.", param),
                  .param = param,
                  .executed = false};
  }
  return usable_price(call.world, params["price"], param);
}

const Price& InlinePrices::named(const World& world, const std::string& id) const {
  const auto own = std::ranges::find(prices_, id, &Price::id);
  return own == prices_.end() ? world.prices.at(id) : *own;
}

const Price& InlinePrices::brought(Call& call, const Json& data, const std::string& at) {
  Price price = described_price(call, data, at);
  price.active = false;
  price.product = product_of(call, data, at);
  price.id = call.world.ids.timed("price_", call.now);
  return prices_.emplace_back(std::move(price));
}

std::string InlinePrices::product_of(Call& call, const Json& data, const std::string& at) {
  const std::string param = at + "[product]";
  const auto made = data.find("product_data");
  if (made == data.end()) {
    if (!data.contains("product")) {
      throw Refusal{.code = "parameter_missing",
                    .message = fmt::format("Missing required param: {}.", param),
                    .param = param,
                    .executed = false};
    }
    const Product& product = in_param(call.world.products, "product", data["product"], param);
    if (product.deleted) throw no_such_named("product", product.id, param);
    return product.id;
  }
  if (data.contains("product")) throw exclusive(param, at + "[product_data]");
  Product product{.id = call.world.ids.plain("prod_"), .created = call.now, .updated = call.now};
  assign(*made, "name", product.name);
  assign(*made, "description", product.description);
  assign(*made, "images", product.images, Json::array());
  assign(*made, "tax_code", product.tax_code);
  assign_metadata(*made, product.metadata);
  return products_.emplace_back(std::move(product)).id;
}

void InlinePrices::add(Call& call) {
  World& world = call.world;
  for (Product& product : products_) {
    emit(world, call.now, "product.created", world.products.add(std::move(product)));
  }
  for (Price& price : prices_) add_price(call, std::move(price));
}

Price described_price(const Call& call, const Json& data, const std::string& at) {
  Price price{.created = call.now, .currency = data["currency"]};
  assign_amount(data, at, price);
  assign(data, "tax_behavior", price.tax_behavior);
  if (data.contains("recurring")) {
    price.recurring.emplace();
    assign(data["recurring"], "interval", price.recurring->interval);
    assign(data["recurring"], "interval_count", price.recurring->interval_count);
    check_interval_count(*price.recurring);
  }
  return price;
}

void add_price(Call& call, Price price) {
  World& world = call.world;
  const Price& added = world.prices.add(std::move(price));
  world.prices_by_product.add(added.product, world.prices.size() - 1);
  if (added.recurring) emit(world, call.now, "plan.created", Plan{added});
  emit(world, call.now, "price.created", added);
}

Field price_data_field(bool with_product_data) {
  Schema fields = {field(Kind::currency, "currency").need(),
                   text("product"),
                   object("recurring", {choice("interval", {"day", "month", "week", "year"}).need(),
                                        field(Kind::positive, "interval_count")}),
                   choice("tax_behavior", {"exclusive", "inclusive", "unspecified"}),
                   field(Kind::whole, "unit_amount"),
                   field(Kind::decimal, "unit_amount_decimal")};
  if (with_product_data) {
    fields.push_back(
        object("product_data", {text("name").need(), text("description", 40'000),
                                field(Kind::texts, "images"), metadata(), text("tax_code")}));
  }
  return object("price_data", std::move(fields));
}

}  // namespace sandbox
