// SPDX-License-Identifier: Apache-2.0
#include "error.hpp"
#include "portal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

constexpr std::size_t products_max = 10;

// Arrays of words, which the schema takes as any text.
void check_words(const Json& feature, const char* name, const std::string& at,
                 const std::vector<std::string>& allowed) {
  if (!feature.contains(name) || feature[name].is_null()) return;
  for (std::size_t i = 0; i < feature[name].size(); ++i) {
    const auto word = feature[name][i].get<std::string>();
    if (std::ranges::find(allowed, word) != allowed.end()) continue;
    const std::string param = fmt::format("{}[{}][{}]", at, name, i);
    std::string list = allowed.front();
    for (std::size_t k = 1; k < allowed.size(); ++k) {
      list += (k + 1 == allowed.size() ? ", or " : ", ") + allowed[k];
    }
    throw Refusal{.message = fmt::format("Invalid {}: must be one of {}", param, list),
                  .param = param,
                  .executed = false};
  }
}

void check_cancel(const Json& cancel) {
  const std::string mode = cancel["mode"];
  const std::string proration = cancel["proration_behavior"];
  const std::string param = "features[subscription_cancel][proration_behavior]";
  if (proration == "none") return;
  if (mode == "at_period_end" || proration == "always_invoice") {
    throw Refusal{.message = fmt::format("You cannot set `proration_behavior` to `{}` when `mode` "
                                         "is `{}`.",
                                         proration, mode),
                  .param = param};
  }
  throw not_emulated("proration when a subscription is canceled", param);
}

void check_products(const World& world, const Json& update) {
  const Json products = update.value("products", Json());
  if (!products.is_array()) {
    if (!update["enabled"]) return;
    throw Refusal{.code = "parameter_missing",
                  .message = "Missing required param: features[subscription_update][products].",
                  .param = "features[subscription_update][products]"};
  }
  if (products.size() > products_max) {
    throw Refusal{.message = "You can offer at most 10 products.",
                  .param = "features[subscription_update][products]"};
  }
  for (std::size_t i = 0; i < products.size(); ++i) {
    const std::string at = fmt::format("features[subscription_update][products][{}]", i);
    const auto product = products[i]["product"].get<std::string>();
    if (world.products.find(product) == nullptr) {
      throw no_such_named("product", product, at + "[product]");
    }
    for (std::size_t k = 0; k < products[i]["prices"].size(); ++k) {
      const auto id = products[i]["prices"][k].get<std::string>();
      const std::string param = fmt::format("{}[prices][{}]", at, k);
      const Price* price = world.prices.find(id);
      if (price == nullptr) throw no_such_named("price", id, param);
      if (price->product == product) continue;
      throw Refusal{
          .message = fmt::format("The price `{}` does not belong to product `{}`.", id, product),
          .param = param};
    }
  }
}

// An array that was sent empty is an empty array, anything else that was is null.
void take(const Json& sent, Json& into) {
  for (const auto& [name, value] : sent.items()) {
    Json& field = into[name];
    if (value.is_object() && field.is_object()) {
      take(value, field);
    } else if (value.is_null() && field.is_array()) {
      field = Json::array();
    } else {
      field = value;
    }
  }
}

const std::vector<std::string> reasons = {
    "customer_service", "low_quality", "missing_features", "other",
    "switched_service", "too_complex", "too_expensive",    "unused"};

Field subscription_update_field() {
  Schema adjustable = {field(Kind::flag, "enabled").need(), field(Kind::whole, "maximum"),
                       field(Kind::whole, "minimum")};
  Schema product = {text("product").need(), field(Kind::texts, "prices").need(),
                    object("adjustable_quantity", std::move(adjustable))};
  Schema condition = {choice("type", {"decreasing_item_amount", "shortening_interval"}).need()};
  return object(
      "subscription_update",
      {field(Kind::flag, "enabled").need(), field(Kind::texts, "default_allowed_updates").unset(),
       objects("products", std::move(product)).unset(),
       choice("proration_behavior", {"always_invoice", "create_prorations", "none"}),
       choice("billing_cycle_anchor", {"now", "unchanged"}).only(since_basil),
       choice("trial_update_behavior", {"continue_trial", "end_trial"}).only(since_basil),
       object("schedule_at_period_end", {objects("conditions", std::move(condition)).unset()})});
}

}  // namespace

Json no_portal_features() {
  return {
      {"customer_update", {{"allowed_updates", Json::array()}, {"enabled", false}}},
      {"invoice_history", {{"enabled", false}}},
      {"payment_method_update", {{"enabled", false}, {"payment_method_configuration", nullptr}}},
      {"subscription_cancel",
       {{"cancellation_reason", {{"enabled", false}, {"options", Json::array()}}},
        {"enabled", false},
        {"mode", "at_period_end"},
        {"proration_behavior", "none"}}},
      {"subscription_update",
       {{"billing_cycle_anchor", nullptr},
        {"default_allowed_updates", Json::array()},
        {"enabled", false},
        {"proration_behavior", "none"},
        {"schedule_at_period_end", {{"conditions", Json::array()}}},
        {"trial_update_behavior", "end_trial"}}}};
}

Json portal_features(const World& world, const Json& sent, Json features) {
  if (const auto update = sent.find("customer_update"); update != sent.end()) {
    check_words(*update, "allowed_updates", "features[customer_update]",
                {"address", "email", "name", "phone", "shipping", "tax_id"});
  }
  if (const auto cancel = sent.find("subscription_cancel");
      cancel != sent.end() && cancel->contains("cancellation_reason")) {
    check_words((*cancel)["cancellation_reason"], "options",
                "features[subscription_cancel][cancellation_reason]", reasons);
  }
  if (const auto update = sent.find("subscription_update"); update != sent.end()) {
    check_words(*update, "default_allowed_updates", "features[subscription_update]",
                {"price", "promotion_code", "quantity"});
  }
  take(sent, features);
  check_cancel(features["subscription_cancel"]);
  check_products(world, features["subscription_update"]);
  return features;
}

Field portal_features_field() {
  const auto enabled = [] { return field(Kind::flag, "enabled").need(); };
  Schema reason = with_unemulated({enabled(), field(Kind::texts, "options").unset().need()},
                                  {"feedback_options"});
  Schema cancel = {enabled(), choice("mode", {"at_period_end", "immediately"}),
                   choice("proration_behavior", {"always_invoice", "create_prorations", "none"}),
                   object("cancellation_reason", std::move(reason))};
  return object(
      "features",
      with_unemulated(
          {object("customer_update", {enabled(), field(Kind::texts, "allowed_updates").unset()}),
           object("invoice_history", {enabled()}),
           object("payment_method_update",
                  with_unemulated({enabled()}, {"payment_method_configuration"})),
           object("subscription_cancel", std::move(cancel)), subscription_update_field()},
          {"subscription_pause"}));
}

Field portal_features_update_field() {
  Field features = portal_features_field();
  for (Field& feature : features.fields) {
    for (Field& part : feature.fields) {
      part.required = false;
      for (Field& inner : part.fields) {
        if (inner.name == "options") inner.required = false;
      }
    }
  }
  return features;
}

}  // namespace sandbox
