// SPDX-License-Identifier: Apache-2.0
#include "invoice_item_params.hpp"

#include "customers.hpp"
#include "money.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

constexpr std::size_t pending_max = 250;

/// A unit price that may be below zero.
struct Unit {
  std::string decimal{};
  std::string currency{};
  /// Empty for a product that is made up for it.
  std::string product{};
};

bool negative(std::string_view decimal) {
  return decimal.starts_with('-');
}

std::string signed_decimal(const std::string& text, std::string_view param) {
  const bool below = negative(text);
  const std::string size = below ? text.substr(1) : text;
  if (!decimal_valid(size)) {
    throw Refusal{
        .message = "Invalid decimal: " + text, .param = std::string(param), .executed = false};
  }
  const std::string normal = decimal_normal(size);
  return below && normal != "0" ? "-" + normal : normal;
}

std::int64_t times(std::int64_t quantity, std::string_view decimal) {
  if (!negative(decimal)) return priced(quantity, decimal);
  return -priced(quantity, decimal.substr(1));
}

std::optional<std::int64_t> as_integer(std::string_view decimal) {
  if (!negative(decimal)) return decimal_as_integer(decimal);
  const auto size = decimal_as_integer(decimal.substr(1));
  return size ? std::optional(-*size) : std::nullopt;
}

/// The parameter that names a price, which has another place since basil.
struct Named {
  Text price{};
  std::string param{};
};

Named named_price(const Call& call) {
  if (!call.version.basil()) return {call.text("price"), "price"};
  if (!call.given("pricing") || !call.params["pricing"].contains("price")) return {{}, "pricing"};
  return {call.params["pricing"]["price"].get<std::string>(), "pricing[price]"};
}

// Of all the ways to say what it costs, one may be taken.
void check_one_amount(const Call& call) {
  const char* first = nullptr;
  for (const char* name :
       {"amount", "price", "pricing", "price_data", "unit_amount", "unit_amount_decimal"}) {
    if (!call.given(name)) continue;
    if (first != nullptr) throw exclusive(first, name);
    first = name;
  }
  if (call.given("amount") && call.given("quantity")) throw exclusive("amount", "quantity");
}

const Price& one_time_price(Call& call, const Named& named, const std::string& currency) {
  const Price& price = usable_price(call.world, *named.price, named.param);
  if (price.recurring) {
    throw Refusal{.message =
                      "The price specified is set to `type=recurring` but this field only accepts "
                      "prices with `type=one_time`.",
                  .param = named.param};
  }
  if (!currency.empty() && price.currency != currency) {
    throw Refusal{.message = fmt::format("The price specified only supports `{}`. This doesn't "
                                         "match the expected currency: `{}`.",
                                         price.currency, currency),
                  .param = named.param};
  }
  return price;
}

std::string unit_in(const Json& params, const std::string& at) {
  const auto param = [&](const char* name) {
    return at.empty() ? std::string(name) : fmt::format("{}[{}]", at, name);
  };
  if (params.contains("unit_amount_decimal")) {
    return signed_decimal(params["unit_amount_decimal"], param("unit_amount_decimal"));
  }
  if (params.contains("unit_amount")) {
    return std::to_string(params["unit_amount"].get<std::int64_t>());
  }
  throw Refusal{.code = "parameter_missing",
                .message = fmt::format("Missing required param: {}.", param("unit_amount")),
                .param = param("unit_amount"),
                .executed = false};
}

std::string currency_of(const Call& call, const Text& customers) {
  if (const Text currency = call.text("currency")) return *currency;
  if (customers) return *customers;
  throw Refusal{.code = "parameter_missing",
                .message = "Missing required param: currency.",
                .param = "currency",
                .executed = false};
}

bool has_unit(const Call& call) {
  return call.given("unit_amount") || call.given("unit_amount_decimal");
}

// What isn't made from a price of the catalog gets an inactive one of its own.
std::string own_price(World& world, const Unit& unit, const std::string& name, std::int64_t now) {
  std::string product = unit.product;
  if (product.empty()) {
    product = world.products
                  .add({.id = world.ids.plain("prod_"),
                        .created = now,
                        .updated = now,
                        .active = false,
                        .name = name})
                  .id;
  }
  Price& price = world.prices.add({.id = world.ids.timed("price_", now),
                                   .created = now,
                                   .active = false,
                                   .currency = unit.currency,
                                   .product = std::move(product),
                                   .unit_amount = as_integer(unit.decimal),
                                   .unit_amount_decimal = unit.decimal});
  world.prices_by_product.add(price.product, world.prices.size() - 1);
  return price.id;
}

Unit unit_of(Call& call, const Text& customers_currency) {
  if (!call.given("price_data")) {
    Unit unit{.currency = currency_of(call, customers_currency)};
    if (const auto amount = call.integer("amount")) {
      unit.decimal = std::to_string(*amount);
    } else if (has_unit(call)) {
      unit.decimal = unit_in(call.params, "");
    } else {
      throw Refusal{
          .message = "You must specify either an amount, a price, price_data or a unit amount.",
          .param = "amount"};
    }
    return unit;
  }
  const Json& params = call.params["price_data"];
  const Product& product =
      in_param(call.world.products, "product", params["product"], "price_data[product]");
  if (product.deleted) throw no_such_named("product", product.id, "price_data[product]");
  return {.decimal = unit_in(params, "price_data"),
          .currency = params["currency"],
          .product = product.id};
}

void check_belongings(Call& call, const InvoiceItem& item) {
  World& world = call.world;
  if (item.subscription) {
    const Subscription& subscription =
        in_param(world.subscriptions, "subscription", *item.subscription, "subscription");
    if (subscription.customer != item.customer) {
      throw no_such_named("subscription", subscription.id, "subscription");
    }
    if (subscription.ended()) {
      throw Refusal{.message = "You can't add an invoice item to a canceled subscription.",
                    .param = "subscription"};
    }
  }
  if (!item.invoice) return;
  const Invoice& invoice = in_param(world.invoices, "invoice", *item.invoice, "invoice");
  if (invoice.deleted || invoice.customer != item.customer) {
    throw no_such_named("invoice", invoice.id, "invoice");
  }
  if (!invoice.draft()) {
    throw Refusal{.code = "invoice_not_editable",
                  .message = "This invoice is no longer editable",
                  .param = "invoice"};
  }
  if (invoice.currency != item.currency) {
    throw Refusal{.message = fmt::format("The invoice item's currency ({}) must be the invoice's "
                                         "({}).",
                                         item.currency, invoice.currency),
                  .param = "currency"};
  }
}

void assign_fields(const Call& call, InvoiceItem& item) {
  assign(call.params, "description", item.description);
  assign(call.params, "discountable", item.discountable);
  assign_metadata(call.params, item.metadata);
  if (!call.given("period")) return;
  const Json& period = call.params["period"];
  item.period = {period["start"], period["end"]};
}

}  // namespace

InvoiceItem invoice_item_from(Call& call) {
  World& world = call.world;
  const Customer& customer = customer_param(world, *call.text("customer"));
  const std::int64_t now = time_of(world, customer);
  check_one_amount(call);
  InvoiceItem item{.test_clock = customer.test_clock,
                   .customer = customer.id,
                   .quantity = call.integer("quantity").value_or(1),
                   .period = {now, now},
                   .subscription = call.text("subscription"),
                   .invoice = call.text("invoice")};
  assign_fields(call, item);
  const Named named = named_price(call);
  Unit unit;
  if (named.price) {
    const Price& price = one_time_price(call, named, call.text("currency").value_or(""));
    item.price = price.id;
    unit = {.decimal = price.unit_amount_decimal, .currency = price.currency};
    if (!item.description) item.description = world.products.at(price.product).name;
  } else {
    unit = unit_of(call, customer.currency);
  }
  item.currency = unit.currency;
  item.amount = times(item.quantity, unit.decimal);
  check_belongings(call, item);
  if (!item.invoice && world.pending_items.of(customer.id).size() >= pending_max) {
    throw Refusal{.message = "A customer can have up to 250 pending invoice items."};
  }
  if (!named.price) {
    item.price = own_price(world, unit, item.description.value_or("Invoice item"), now);
    if (!item.description && !unit.product.empty()) {
      item.description = world.products.at(unit.product).name;
    }
  }
  return item;
}

void change_invoice_item(Call& call, InvoiceItem& item) {
  World& world = call.world;
  check_one_amount(call);
  const Named named = named_price(call);
  const std::int64_t quantity = call.integer("quantity").value_or(item.quantity);
  std::string price = item.price;
  if (named.price) {
    price = one_time_price(call, named, item.currency).id;
  } else if (call.given("amount") || has_unit(call) || call.given("price_data")) {
    const Unit unit = unit_of(call, item.currency);
    if (unit.currency != item.currency) {
      throw Refusal{.message = "The currency of an invoice item can't be changed.",
                    .param = "price_data[currency]"};
    }
    price = own_price(world, unit, item.description.value_or("Invoice item"), time_of(world, item));
  }
  item.price = price;
  item.quantity = quantity;
  item.amount = times(quantity, world.prices.at(price).unit_amount_decimal);
  assign_fields(call, item);
}

Schema invoice_item_schema(bool updating) {
  Schema price_data = {field(Kind::currency, "currency").need(), text("product").need(),
                       choice("tax_behavior", {"exclusive", "inclusive", "unspecified"}),
                       field(Kind::integer, "unit_amount"), text("unit_amount_decimal")};
  Schema fields;
  if (!updating) {
    fields = {text("customer").need(), field(Kind::currency, "currency"), text("invoice"),
              text("subscription")};
  }
  for (Field& each :
       Schema{field(Kind::integer, "amount"), text("description").unset(),
              field(Kind::flag, "discountable"), metadata(),
              object("period",
                     {field(Kind::moment, "end").need(), field(Kind::moment, "start").need()}),
              text("price").only(until_basil), object("pricing", {text("price")}).only(since_basil),
              object("price_data", std::move(price_data)), field(Kind::whole, "quantity"),
              field(Kind::integer, "unit_amount").only(until_basil), text("unit_amount_decimal")}) {
    fields.push_back(std::move(each));
  }
  return operation(
      with_unemulated(std::move(fields), {"customer_account", "discounts", "quantity_decimal",
                                          "tax_behavior", "tax_code", "tax_rates"}));
}

}  // namespace sandbox
