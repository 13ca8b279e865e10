// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "events.hpp"
#include "list.hpp"
#include "money.hpp"
#include "resources.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

// What a price is metered by, other than usage records.
void assign_meter(Call& call, const Json& params, Recurring& recurring) {
  assign(params, "meter", recurring.meter);
  if (!recurring.meter) return;
  const Meter& meter =
      in_param(call.world.metering.meters, "meter", *recurring.meter, "recurring[meter]");
  if (!recurring.metered) {
    throw Refusal{.message = "You can only set `meter` when `usage_type` is `metered`.",
                  .param = "recurring[meter]"};
  }
  if (!meter.active()) {
    throw Refusal{.message = fmt::format("The meter `{}` is inactive.", meter.id),
                  .param = "recurring[meter]"};
  }
  if (recurring.aggregate_usage) {
    throw Refusal{.message = "You cannot set `aggregate_usage` on a price with a `meter`.",
                  .param = "recurring[aggregate_usage]"};
  }
}

Recurring recurring_from(Call& call) {
  const Json& params = call.params["recurring"];
  Recurring recurring;
  assign(params, "interval", recurring.interval);
  assign(params, "interval_count", recurring.interval_count);
  assign(params, "aggregate_usage", recurring.aggregate_usage);
  assign(params, "trial_period_days", recurring.trial_period_days);
  recurring.metered = params.value("usage_type", "licensed") == "metered";
  assign_meter(call, params, recurring);
  if (call.version.basil() && recurring.metered && !recurring.meter) {
    throw Refusal{.message =
                      "Starting with Stripe version `2025-03-31.basil`, metered prices must be "
                      "backed by meters."};
  }
  check_interval_count(recurring);
  if (recurring.aggregate_usage && !recurring.metered) {
    throw Refusal{.message = "You can only set `aggregate_usage` when `usage_type` is `metered`.",
                  .param = "recurring[aggregate_usage]"};
  }
  if (recurring.metered && !recurring.meter && !recurring.aggregate_usage)
    recurring.aggregate_usage = "sum";
  return recurring;
}

void assign_amount(const Call& call, Price& price) {
  if (call.given("unit_amount") && call.given("unit_amount_decimal")) {
    throw exclusive("unit_amount", "unit_amount_decimal");
  }
  if (const auto amount = call.integer("unit_amount")) {
    price.unit_amount = amount;
    price.unit_amount_decimal = std::to_string(*amount);
  } else if (const Text decimal = call.text("unit_amount_decimal")) {
    price.unit_amount = decimal_as_integer(*decimal);
    price.unit_amount_decimal = *decimal;
  } else {
    throw Refusal{
        .message = "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.",
        .executed = false};
  }
}

void check_product(Call& call) {
  const Text product = call.text("product");
  if (product && call.given("product_data")) throw exclusive("product", "product_data");
  if (!product && !call.given("product_data")) {
    throw Refusal{
        .message = "You must specify either `product` or `product_data` when creating a price.",
        .executed = false};
  }
  if (product && in_param(call.world.products, "product", *product, "product").deleted) {
    throw no_such_named("product", *product, "product");
  }
}

std::string product_made(Call& call) {
  const Json& params = call.params["product_data"];
  Product product{.id = params.value("id", ""), .created = call.now, .updated = call.now};
  if (product.id.empty()) product.id = call.world.ids.plain("prod_");
  if (call.world.products.find(product.id) != nullptr) {
    throw Refusal{.code = "resource_already_exists", .message = "Product already exists."};
  }
  assign(params, "name", product.name);
  assign(params, "active", product.active);
  assign(params, "statement_descriptor", product.statement_descriptor);
  assign(params, "tax_code", product.tax_code);
  assign(params, "unit_label", product.unit_label);
  assign_metadata(params, product.metadata);
  const Product& added = call.world.products.add(std::move(product));
  emit(call.world, call.now, "product.created", added);
  return added.id;
}

// A lookup key belongs to one price of the account, active or not.
void check_lookup_key(const Call& call, const std::string& own_id) {
  const Text key = call.text("lookup_key");
  if (!key) return;
  const auto holder = call.world.price_by_lookup_key.find(*key);
  if (holder == call.world.price_by_lookup_key.end() || holder->second == own_id ||
      call.flag("transfer_lookup_key", false)) {
    return;
  }
  throw Refusal{
      .message = fmt::format("A price (`{}`) already uses that lookup key.", holder->second),
      .param = "lookup_key"};
}

void take_lookup_key(Call& call, Price& price) {
  if (!call.params.contains("lookup_key")) return;
  auto& holders = call.world.price_by_lookup_key;
  if (price.lookup_key) holders.erase(*price.lookup_key);
  price.lookup_key = call.text("lookup_key");
  if (!price.lookup_key) return;
  const auto [holder, free] = holders.try_emplace(*price.lookup_key, price.id);
  if (!free) {
    Price& other = call.world.prices.at(holder->second);
    const Pictures before = pictured(call.world, other);
    other.lookup_key.reset();
    emit_change(call.world, call.now, "price.updated", before, other);
  }
  holder->second = price.id;
}

Json create_price(Call& call) {
  World& world = call.world;
  Price price{.created = call.now};
  assign(call.params, "currency", price.currency);
  assign(call.params, "active", price.active);
  assign(call.params, "nickname", price.nickname);
  assign(call.params, "tax_behavior", price.tax_behavior);
  assign_metadata(call.params, price.metadata);
  assign_amount(call, price);
  check_product(call);
  if (call.given("recurring")) price.recurring = recurring_from(call);
  check_lookup_key(call, price.id);
  price.product = call.given("product") ? *call.text("product") : product_made(call);
  price.id = world.ids.timed("price_", call.now);
  Price& added = world.prices.add(std::move(price));
  take_lookup_key(call, added);
  world.prices_by_product.add(added.product, world.prices.size() - 1);
  if (added.recurring) emit(world, call.now, "plan.created", Plan{added});
  return announced(call, call.now, "price.created", added);
}

Json retrieve_price(Call& call) {
  return shown(call.view(), in_path(call.world.prices, "price", call.ids[0], "price"));
}

Json update_price(Call& call) {
  Price& price = in_path(call.world.prices, "price", call.ids[0], "price");
  check_lookup_key(call, price.id);
  if (const Text behavior = call.text("tax_behavior");
      behavior && price.tax_behavior != "unspecified" && *behavior != price.tax_behavior) {
    throw Refusal{.message = "You cannot change `tax_behavior` once it has been set.",
                  .param = "tax_behavior"};
  }
  const Pictures before = pictured(call.world, price);
  const Pictures plan_before = pictured(call.world, Plan{price});
  assign(call.params, "active", price.active);
  assign(call.params, "nickname", price.nickname);
  assign(call.params, "tax_behavior", price.tax_behavior);
  assign_metadata(call.params, price.metadata);
  take_lookup_key(call, price);
  emit_change(call.world, call.now, "plan.updated", plan_before, Plan{price});
  emit_change(call.world, call.now, "price.updated", before, price);
  return shown(call.view(), price);
}

bool recurring_matches(const Json& params, const Price& price) {
  const auto wanted = params.find("recurring");
  if (wanted == params.end()) return true;
  if (!price.recurring) return false;
  return price.recurring->interval == wanted->value("interval", price.recurring->interval) &&
         (!wanted->contains("meter") || price.recurring->meter == (*wanted)["meter"]) &&
         (!wanted->contains("usage_type") ||
          price.recurring->metered == ((*wanted)["usage_type"] == "metered"));
}

Json list_prices(Call& call) {
  World& world = call.world;
  const Text product = call.text("product");
  if (product) in_param(world.products, "product", *product, "product");
  const Positions* among = product ? &world.prices_by_product.of(*product) : nullptr;
  Positions named;
  if (call.given("lookup_keys")) {
    for (const Json& key : call.params["lookup_keys"]) {
      const auto holder = world.price_by_lookup_key.find(key.get<std::string>());
      if (holder == world.price_by_lookup_key.end()) continue;
      named.insert(*world.prices.position(holder->second));
    }
    among = &named;
  }
  const auto keep = [&](const Price& price) {
    return price.active == call.flag("active", price.active) &&
           price.currency == call.params.value("currency", price.currency) &&
           price.product == call.params.value("product", price.product) &&
           (!call.given("type") ||
            price.recurring.has_value() == (call.text("type") == "recurring")) &&
           recurring_matches(call.params, price) && in_range(call.params, "created", price.created);
  };
  return listed(call, "price", world.prices, among, keep,
                [&](const Price& price) { return shown(call.view(), price); });
}

Field behavior_field() {
  return choice("tax_behavior", {"exclusive", "inclusive", "unspecified"});
}

Schema price_create_schema() {
  const Field interval = choice("interval", {"day", "month", "week", "year"});
  Schema recurring = {Field(interval).need(),
                      choice("aggregate_usage", {"last_during_period", "last_ever", "max", "sum"})
                          .only(until_basil),
                      field(Kind::positive, "interval_count"),
                      text("meter"),
                      field(Kind::whole, "trial_period_days"),
                      choice("usage_type", {"licensed", "metered"})};
  Schema product = {text("name").need(),
                    text("id"),
                    field(Kind::flag, "active"),
                    metadata(),
                    text("statement_descriptor", 22),
                    text("tax_code"),
                    text("unit_label", 12)};
  Schema fields = {field(Kind::currency, "currency").need(),
                   field(Kind::flag, "active"),
                   text("lookup_key", 200),
                   metadata(),
                   text("nickname"),
                   text("product"),
                   object("product_data", std::move(product)),
                   object("recurring", std::move(recurring)),
                   behavior_field(),
                   field(Kind::flag, "transfer_lookup_key"),
                   field(Kind::whole, "unit_amount"),
                   field(Kind::decimal, "unit_amount_decimal")};
  return operation(with_unemulated(
      std::move(fields), {"billing_scheme", "currency_options", "custom_unit_amount", "tiers",
                          "tiers_mode", "transform_quantity"}));
}

Schema price_update_schema() {
  return operation(with_unemulated(
      {field(Kind::flag, "active"), text("lookup_key", 200).unset(), metadata(),
       text("nickname").unset(), behavior_field(), field(Kind::flag, "transfer_lookup_key")},
      {"currency_options"}));
}

Schema price_list_schema() {
  return listing(
      {field(Kind::flag, "active"), field(Kind::range, "created"),
       field(Kind::currency, "currency"), field(Kind::texts, "lookup_keys"), text("product"),
       object("recurring", {choice("interval", {"day", "month", "week", "year"}), text("meter"),
                            choice("usage_type", {"licensed", "metered"})}),
       choice("type", {"one_time", "recurring"})});
}

}  // namespace

void check_interval_count(const Recurring& recurring) {
  struct Longest {
    std::string_view interval, adjective;
    std::int64_t count;
  };
  for (const Longest& longest : {Longest{"day", "daily", 1095}, Longest{"week", "weekly", 156},
                                 Longest{"month", "monthly", 36}, Longest{"year", "yearly", 3}}) {
    if (recurring.interval != longest.interval || recurring.interval_count <= longest.count)
      continue;
    throw Refusal{
        .message = fmt::format("The interval_count for {} prices can't be greater than {}",
                               longest.adjective, longest.count),
        .param = "recurring[interval_count]"};
  }
}

Json shown(const View& view, const Price& price) {
  Json recurring = nullptr;
  if (price.recurring) {
    recurring = {{"interval", price.recurring->interval},
                 {"interval_count", price.recurring->interval_count},
                 {"meter", nullable(price.recurring->meter)},
                 {"trial_period_days", nullable(price.recurring->trial_period_days)},
                 {"usage_type", price.recurring->metered ? "metered" : "licensed"}};
    if (!view.basil()) recurring["aggregate_usage"] = nullable(price.recurring->aggregate_usage);
  }
  return {{"id", price.id},
          {"object", "price"},
          {"active", price.active},
          {"billing_scheme", "per_unit"},
          {"created", price.created},
          {"currency", price.currency},
          {"custom_unit_amount", nullptr},
          {"livemode", false},
          {"lookup_key", nullable(price.lookup_key)},
          {"metadata", price.metadata},
          {"nickname", nullable(price.nickname)},
          {"product", price.product},
          {"recurring", std::move(recurring)},
          {"tax_behavior", price.tax_behavior},
          {"tiers_mode", nullptr},
          {"transform_quantity", nullptr},
          {"type", price.recurring ? "recurring" : "one_time"},
          {"unit_amount", nullable(price.unit_amount)},
          {"unit_amount_decimal", price.unit_amount_decimal}};
}

Json plan_shown(const View& view, const Price& price) {
  if (!price.recurring) return nullptr;
  Json body = {{"id", price.id},
               {"object", "plan"},
               {"active", price.active},
               {"amount", nullable(price.unit_amount)},
               {"amount_decimal", price.unit_amount_decimal},
               {"billing_scheme", "per_unit"},
               {"created", price.created},
               {"currency", price.currency},
               {"interval", price.recurring->interval},
               {"interval_count", price.recurring->interval_count},
               {"livemode", false},
               {"metadata", price.metadata},
               {"meter", nullable(price.recurring->meter)},
               {"nickname", nullable(price.nickname)},
               {"product", price.product},
               {"tiers_mode", nullptr},
               {"transform_usage", nullptr},
               {"trial_period_days", nullable(price.recurring->trial_period_days)},
               {"usage_type", price.recurring->metered ? "metered" : "licensed"}};
  if (!view.basil()) body["aggregate_usage"] = nullable(price.recurring->aggregate_usage);
  return body;
}

Routes price_routes() {
  return {{"POST", "/v1/prices", price_create_schema(), "price", create_price},
          {"GET", "/v1/prices/:id", operation({}), "price", retrieve_price},
          {"POST", "/v1/prices/:id", price_update_schema(), "price", update_price},
          {"GET", "/v1/prices", price_list_schema(), "list:price", list_prices}};
}

}  // namespace sandbox
