// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "checkout.hpp"
#include "customers.hpp"
#include "subscription_params.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

constexpr std::int64_t lifetime_min_seconds = 30 * 60;
constexpr std::int64_t lifetime_max_seconds = 24 * 60 * 60;
constexpr std::int64_t trial_end_min_seconds = 48 * 60 * 60;

// Only what has a quantity can have another one.
Adjustable adjustable_from(const Json& params, const Price& price, const std::string& at) {
  Adjustable adjustable;
  assign(params, "minimum", adjustable.minimum);
  assign(params, "maximum", adjustable.maximum);
  if (price.metered()) {
    throw Refusal{.message = "`adjustable_quantity` cannot be used with metered prices.",
                  .param = at};
  }
  constexpr std::int64_t most = 999'999;
  if (adjustable.maximum > most || adjustable.minimum > adjustable.maximum) {
    throw Refusal{
        .message = fmt::format("`maximum` must be at most {}, and no less than `minimum`.", most),
        .param = at + "[maximum]"};
  }
  return adjustable;
}

LineItem session_line_from(Call& call, InlinePrices& prices, const Json& params,
                           const std::string& at) {
  const Price& price = prices.of_line(call, params, at);
  if (price.metered() && params.contains("quantity")) {
    throw Refusal{.message = fmt::format("Quantity should not be specified where usage_type is "
                                         "`metered`. Remove quantity from `{}`",
                                         at),
                  .param = at + "[quantity]"};
  }
  if (!price.metered() && !params.contains("quantity")) {
    throw Refusal{.message = fmt::format("Quantity is required. Add `quantity` to `{}`", at),
                  .param = at + "[quantity]"};
  }
  LineItem line{.id = call.world.ids.timed("li_", call.now), .price = price.id};
  assign(params, "quantity", line.quantity);
  if (params.contains("adjustable_quantity") && params["adjustable_quantity"]["enabled"] == true) {
    line.adjustable =
        adjustable_from(params["adjustable_quantity"], price, at + "[adjustable_quantity]");
  }
  return line;
}

void check_lines(const CheckoutSession& session, const std::vector<const Price*>& prices) {
  const auto recurring = static_cast<std::size_t>(
      std::ranges::count_if(prices, [](const Price* price) { return !!price->recurring; }));
  if (!session.subscribes() && recurring > 0) {
    throw Refusal{.message =
                      "You specified `payment` mode but passed a recurring price. Either switch to "
                      "`subscription` mode or use only one-time prices."};
  }
  if (session.subscribes() && recurring == 0) {
    throw Refusal{.message =
                      "You must provide at least one recurring price in `subscription` mode "
                      "when using prices."};
  }
  const std::size_t one_time = prices.size() - recurring;
  const std::size_t one_time_max = session.subscribes() ? items_max : 100;
  if (recurring > items_max || one_time > one_time_max) {
    throw Refusal{
        .message = fmt::format("A Checkout Session can have at most {} recurring and {} one-time "
                               "line items.",
                               session.subscribes() ? items_max : 0, one_time_max),
        .param = "line_items"};
  }
  check_lines_agree(prices);
}

// The lines, and the currency and the prices that come with them.
InlinePrices assign_lines(Call& call, CheckoutSession& session) {
  InlinePrices inline_prices;
  if (session.mode == "setup") {
    if (call.given("line_items")) {
      throw Refusal{.message = "You can not pass `line_items` in `setup` mode.",
                    .param = "line_items"};
    }
    session.currency = call.text("currency").value_or("");
    if (session.currency.empty() && call.version.from(setup_currency_date)) {
      throw Refusal{.code = "parameter_missing",
                    .message = "Missing required param: currency.",
                    .param = "currency",
                    .executed = false};
    }
    return inline_prices;
  }
  if (!call.given("line_items")) {
    throw Refusal{.code = "parameter_missing",
                  .message = "Missing required param: line_items.",
                  .param = "line_items",
                  .executed = false};
  }
  std::vector<const Price*> prices;
  for (const Json& params : call.params["line_items"]) {
    const std::string at = fmt::format("line_items[{}]", prices.size());
    session.lines.push_back(session_line_from(call, inline_prices, params, at));
    prices.push_back(&inline_prices.named(call.world, session.lines.back().price));
  }
  check_lines(session, prices);
  session.currency = prices.front()->currency;
  if (call.text("currency").value_or(session.currency) != session.currency) {
    throw not_emulated("prices in several currencies", "currency");
  }
  return inline_prices;
}

std::int64_t expiry(const Call& call, std::int64_t now) {
  const std::int64_t at = call.integer("expires_at").value_or(now + lifetime_max_seconds);
  if (at < now + lifetime_min_seconds) {
    throw Refusal{.message =
                      "The `expires_at` timestamp must be at least 30 minutes from Checkout "
                      "Session creation."};
  }
  if (at > now + lifetime_max_seconds) {
    throw Refusal{.message =
                      "The `expires_at` timestamp must be less than 24 hours from Checkout "
                      "Session creation."};
  }
  return at;
}

void assign_subscription(const Call& call, CheckoutSession& session) {
  if (!call.given("subscription_data")) return;
  const Json& params = call.params["subscription_data"];
  check_trial(params, session.created + trial_end_min_seconds);
  assign(params, "trial_period_days", session.trial.days);
  assign(params, "trial_end", session.trial.end);
  if (params.contains("trial_settings")) {
    session.trial.missing_payment_method =
        params["trial_settings"]["end_behavior"]["missing_payment_method"];
  }
  assign(params, "description", session.subscription_description);
  assign_metadata(params, session.subscription_metadata);
}

void assign_customer(Call& call, CheckoutSession& session) {
  session.customer = call.text("customer");
  session.customer_email = call.text("customer_email");
  if (session.customer && session.customer_email) throw exclusive("customer", "customer_email");
  if (session.customer) {
    session.test_clock = customer_param(call.world, *session.customer).test_clock;
  }
  const Text email = known_email(call.world, session);
  if (!email) return;
  session.customer_details = {{"address", nullptr}, {"email", *email},      {"name", nullptr},
                              {"phone", nullptr},   {"tax_exempt", "none"}, {"tax_ids", nullptr}};
}

Schema payment_intent_fields() {
  Schema address;
  for (const char* name : {"city", "country", "line1", "line2", "postal_code", "state"}) {
    address.push_back(text(name));
  }
  return with_unemulated(
      {text("description", 1000), metadata(), field(Kind::email, "receipt_email"),
       choice("setup_future_usage", {"off_session", "on_session"}),
       object("shipping", {object("address", std::move(address)).need(), text("name").need(),
                           text("carrier"), text("phone"), text("tracking_number")}),
       text("statement_descriptor", 22), text("statement_descriptor_suffix", 22)},
      {"application_fee_amount", "capture_method", "on_behalf_of", "transfer_data",
       "transfer_group"});
}

// What belongs to one mode only.
void check_mode(const Call& call, const std::string& mode) {
  struct Only {
    const char* name;
    std::string_view mode;
  };
  for (const auto& [name, only] :
       {Only{"subscription_data", "subscription"}, Only{"payment_intent_data", "payment"},
        Only{"setup_intent_data", "setup"}}) {
    if (!call.given(name) || mode == only) continue;
    throw Refusal{.message = fmt::format("You can not pass `{}` in `{}` mode.", name, mode),
                  .param = name};
  }
  for (const auto& [name, only] :
       {Only{"payment_method_collection", "subscription"}, Only{"customer_creation", "payment"}}) {
    if (!call.given(name) || mode == only) continue;
    throw Refusal{.message = fmt::format("`{}` can only be used in `{}` mode.", name, only),
                  .param = name};
  }
  if (!call.given("payment_method_types")) return;
  for (const Json& type : call.params["payment_method_types"]) {
    if (type != "card") {
      throw not_emulated("payment methods other than card", "payment_method_types");
    }
  }
}

}  // namespace

CheckoutSession session_from(Call& call) {
  CheckoutSession session{.mode = *call.text("mode"), .flexible = call.version.from(clover_date)};
  check_mode(call, session.mode);
  InlinePrices prices = assign_lines(call, session);
  assign_customer(call, session);
  session.created = time_of(call.world, session);
  session.expires_at = expiry(call, session.created);
  assign_subscription(call, session);
  assign(call.params, "success_url", session.success_url);
  assign(call.params, "cancel_url", session.cancel_url);
  assign(call.params, "client_reference_id", session.client_reference_id);
  assign(call.params, "locale", session.locale);
  assign(call.params, "submit_type", session.submit_type);
  assign(call.params, "billing_address_collection", session.billing_address_collection);
  session.card_always = session.mode != "payment" &&
                        call.params.value("payment_method_collection", "always") == "always";
  session.customer_always = call.text("customer_creation") == "always";
  for (const char* name : {"payment_intent_data", "setup_intent_data"}) {
    assign(call.params, name, session.intent_data, nullptr);
  }
  assign_metadata(call.params, session.metadata);
  prices.add(call);
  session.amount_total = due_today(call.world, session.lines, session.trial);
  session.id = call.world.ids.plain("cs_test_a1", 56);
  return session;
}

Schema checkout_create_schema() {
  Schema adjustable = {field(Kind::flag, "enabled").need(), field(Kind::whole, "minimum"),
                       field(Kind::whole, "maximum")};
  Schema line = with_unemulated({text("price"), field(Kind::whole, "quantity"),
                                 object("adjustable_quantity", std::move(adjustable))},
                                {"dynamic_tax_rates", "tax_rates"});
  line.push_back(price_data_field(true));
  Schema end_behavior = {
      choice("missing_payment_method", {"cancel", "create_invoice", "pause"}).need()};
  Schema subscription = with_unemulated(
      {text("description", 500), metadata(), field(Kind::moment, "trial_end"),
       field(Kind::positive, "trial_period_days"),
       object("trial_settings", {object("end_behavior", std::move(end_behavior)).need()})},
      {"application_fee_percent", "billing_cycle_anchor", "default_tax_rates", "invoice_settings",
       "on_behalf_of", "proration_behavior", "transfer_data"});
  Schema fields = {
      choice("mode", {"payment", "setup", "subscription"}).need(),
      field(Kind::url, "success_url").need(),
      objects("line_items", std::move(line)),
      field(Kind::currency, "currency"),
      choice("customer_creation", {"always", "if_required"}),
      object("payment_intent_data", payment_intent_fields()),
      object("setup_intent_data",
             with_unemulated({text("description", 1000), metadata()}, {"on_behalf_of"})),
      field(Kind::url, "cancel_url"),
      text("customer"),
      field(Kind::email, "customer_email"),
      text("client_reference_id", 200),
      metadata(),
      object("subscription_data", std::move(subscription)),
      choice("payment_method_collection", {"always", "if_required"}),
      field(Kind::texts, "payment_method_types").only({.until = endive_date}),
      field(Kind::moment, "expires_at"),
      choice("submit_type", {"auto", "book", "donate", "pay", "subscribe"}),
      choice("ui_mode", {"hosted"}).only({.until = dahlia_date}),
      choice("ui_mode", {"hosted_page"}).only({.since = dahlia_date}),
      choice("billing_address_collection", {"auto"}),
      choice("locale",
             {"auto", "bg",  "cs", "da",    "de", "el", "en",    "en-GB", "es", "es-419", "et",
              "fi",   "fil", "fr", "fr-CA", "hr", "hu", "id",    "it",    "ja", "ko",     "lt",
              "lv",   "ms",  "mt", "nb",    "nl", "pl", "pt",    "pt-BR", "ro", "ru",     "sk",
              "sl",   "sv",  "th", "tr",    "vi", "zh", "zh-HK", "zh-TW"})};
  return operation(with_unemulated(std::move(fields), {"adaptive_pricing",
                                                       "after_expiration",
                                                       "allow_promotion_codes",
                                                       "automatic_tax",
                                                       "consent_collection",
                                                       "custom_fields",
                                                       "custom_text",
                                                       "customer_update",
                                                       "discounts",
                                                       "invoice_creation",
                                                       "payment_method_configuration",
                                                       "payment_method_data",
                                                       "payment_method_options",
                                                       "phone_number_collection",
                                                       "redirect_on_completion",
                                                       "return_url",
                                                       "saved_payment_method_options",
                                                       "shipping_address_collection",
                                                       "shipping_options",
                                                       "tax_id_collection"}));
}

}  // namespace sandbox
