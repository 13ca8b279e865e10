// SPDX-License-Identifier: Apache-2.0
#include "billing.hpp"
#include "checkout.hpp"
#include "customers.hpp"
#include "subscription_params.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

constexpr std::int64_t lifetime_min_seconds = 30 * 60;
constexpr std::int64_t lifetime_max_seconds = 24 * 60 * 60;
constexpr std::int64_t trial_end_min_seconds = 48 * 60 * 60;

LineItem session_line_from(Call& call, const Json& params, std::size_t index) {
  const std::string at = fmt::format("line_items[{}]", index);
  const Price& price = price_of_line(call, params, at);
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
    throw not_emulated(at + "[adjustable_quantity]", at + "[adjustable_quantity]");
  }
  return line;
}

void check_lines(const World& world, const std::vector<LineItem>& lines) {
  bool recurring = false;
  for (const LineItem& line : lines) {
    recurring = recurring || world.prices.at(line.price).recurring.has_value();
  }
  if (!recurring) {
    throw Refusal{.message =
                      "You must provide at least one recurring price in `subscription` mode "
                      "when using prices."};
  }
  check_lines_agree(world, lines);
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

void check_mode(const Call& call) {
  const std::string mode = *call.text("mode");
  if (mode != "subscription") throw not_emulated(fmt::format("mode={}", mode), "mode");
  if (!call.given("payment_method_types")) return;
  for (const Json& type : call.params["payment_method_types"]) {
    if (type != "card") {
      throw not_emulated("payment methods other than card", "payment_method_types");
    }
  }
}

}  // namespace

CheckoutSession session_from(Call& call) {
  check_mode(call);
  CheckoutSession session{.flexible = call.version.from(clover_date)};
  for (const Json& line : call.params["line_items"]) {
    session.lines.push_back(session_line_from(call, line, session.lines.size()));
  }
  check_lines(call.world, session.lines);
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
  session.card_always = call.params.value("payment_method_collection", "always") == "always";
  assign_metadata(call.params, session.metadata);
  session.currency = call.world.prices.at(session.lines.front().price).currency;
  session.amount_total = due_today(call.world, session.lines, session.trial);
  session.id = call.world.ids.plain("cs_test_a1", 56);
  return session;
}

Schema checkout_create_schema() {
  Schema adjustable = {field(Kind::flag, "enabled").need(), field(Kind::whole, "minimum"),
                       field(Kind::whole, "maximum")};
  Schema line = with_unemulated({text("price"), field(Kind::whole, "quantity"),
                                 object("adjustable_quantity", std::move(adjustable))},
                                {"price_data", "dynamic_tax_rates", "tax_rates"});
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
      objects("line_items", std::move(line)).need(),
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
                                                       "currency",
                                                       "custom_fields",
                                                       "custom_text",
                                                       "customer_creation",
                                                       "customer_update",
                                                       "discounts",
                                                       "invoice_creation",
                                                       "payment_intent_data",
                                                       "payment_method_configuration",
                                                       "payment_method_data",
                                                       "payment_method_options",
                                                       "phone_number_collection",
                                                       "redirect_on_completion",
                                                       "return_url",
                                                       "saved_payment_method_options",
                                                       "setup_intent_data",
                                                       "shipping_address_collection",
                                                       "shipping_options",
                                                       "tax_id_collection"}));
}

}  // namespace sandbox
