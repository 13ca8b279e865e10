// SPDX-License-Identifier: Apache-2.0
#include "checkout.hpp"
#include "events.hpp"
#include "list.hpp"
#include "money.hpp"
#include "timeline.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

CheckoutSession& session_in_path(Call& call) {
  return in_path(call.world.sessions, "checkout.session", call.ids[0]);
}

void expire(World& world, CheckoutSession& session) {
  session.status = "expired";
  emit(world, time_of(world, session), "checkout.session.expired", session);
}

Json create_session(Call& call) {
  World& world = call.world;
  CheckoutSession& session = world.sessions.add(session_from(call));
  schedule(world, session.test_clock, session.expires_at, Work::session_expiry, session.id);
  if (session.customer) {
    world.sessions_by_customer.add(*session.customer, world.sessions.size() - 1);
  }
  return shown(call.view(), session);
}

Json retrieve_session(Call& call) {
  return shown(call.view(), session_in_path(call));
}

Json update_session(Call& call) {
  CheckoutSession& session = session_in_path(call);
  assign_metadata(call.params, session.metadata);
  return shown(call.view(), session);
}

Json expire_session(Call& call) {
  CheckoutSession& session = session_in_path(call);
  if (session.status != "open") {
    throw Refusal{.message =
                      fmt::format("Only Checkout Sessions with a status in [\"open\"] can be "
                                  "expired. This Checkout Session has a status of `{}`.",
                                  session.status)};
  }
  expire(call.world, session);
  return shown(call.view(), session);
}

Json email_of(const CheckoutSession& session) {
  return session.customer_details.is_object() ? session.customer_details["email"] : Json(nullptr);
}

Json list_sessions(Call& call) {
  World& world = call.world;
  const Text customer = call.text("customer");
  const Text subscription = call.text("subscription");
  if (customer) in_param(world.customers, "customer", *customer, "customer");
  if (subscription) in_param(world.subscriptions, "subscription", *subscription, "subscription");
  const Text intent = call.text("payment_intent");
  const Json* email = nullptr;
  if (call.given("customer_details")) email = &call.params["customer_details"]["email"];
  const auto keep = [&](const CheckoutSession& session) {
    return session.status == call.params.value("status", session.status) &&
           (!subscription || session.subscription == subscription) &&
           (!intent || session.payment_intent == intent) &&
           (!email || email_of(session) == *email) &&
           in_range(call.params, "created", session.created);
  };
  return listed(call, "checkout.session", world.sessions,
                customer ? &world.sessions_by_customer.of(*customer) : nullptr, keep,
                [&](const CheckoutSession& session) { return shown(call.view(), session); });
}

Json session_line_shown(const View& view, const CheckoutSession& session, const LineItem& line) {
  const World& world = view.world;
  const Price& price = world.prices.at(line.price);
  const std::int64_t amount =
      price.metered() ? 0 : priced(line.quantity.value_or(1), price.unit_amount_decimal);
  // A trial leaves the subscription's lines at nothing.
  const bool later = price.recurring && (session.trial.days || session.trial.end);
  Json body = {{"id", line.id},
               {"object", "item"},
               {"amount_discount", 0},
               {"amount_subtotal", later ? 0 : amount},
               {"amount_tax", 0},
               {"amount_total", later ? 0 : amount},
               {"currency", price.currency},
               {"description", world.products.at(price.product).name},
               {"price", shown(view, price)},
               {"quantity", nullable(line.quantity)}};
  if (view.version.from(expandable_line_price_date)) {
    body["adjustable_quantity"] = nullptr;
    if (line.adjustable) {
      body["adjustable_quantity"] = {{"enabled", true},
                                     {"maximum", line.adjustable->maximum},
                                     {"minimum", line.adjustable->minimum}};
    }
    body["metadata"] = line.metadata;
  }
  return body;
}

std::vector<Json> session_lines_shown(const View& view, const CheckoutSession& session) {
  std::vector<Json> lines;
  for (const LineItem& line : session.lines)
    lines.push_back(session_line_shown(view, session, line));
  return lines;
}

void add_session_since_basil(Json& body) {
  for (const char* name : {"collected_information", "customer_account", "integration_identifier",
                           "origin_context", "permissions", "wallet_options"}) {
    body[name] = nullptr;
  }
  body["automatic_tax"]["provider"] = nullptr;
  body["managed_payments"] = {{"enabled", false}};
  if (!body["customer_details"].is_object()) return;
  body["customer_details"]["business_name"] = nullptr;
  body["customer_details"]["individual_name"] = nullptr;
}

// What only the modes without a subscription have.
void add_intents(const CheckoutSession& session, Json& body) {
  body["customer_creation"] = nullptr;
  if (session.mode == "payment" && !session.customer) {
    body["customer_creation"] = session.customer_always ? "always" : "if_required";
  }
  body["payment_intent"] = nullable(session.payment_intent);
  body["setup_intent"] = nullable(session.setup_intent);
}

Json list_session_lines(Call& call) {
  return list_of(call, "item", session_lines_shown(call.view(), session_in_path(call)));
}

}  // namespace

void reach_expiry(World& world, const std::string& id) {
  CheckoutSession& session = world.sessions.at(id);
  if (session.status == "open") expire(world, session);
}

Json shown(const View& view, const CheckoutSession& session) {
  const Json amount = session.mode == "setup" ? Json(nullptr) : Json(session.amount_total);
  Json body = {
      {"id", session.id},
      {"object", "checkout.session"},
      {"amount_subtotal", amount},
      {"amount_total", amount},
      {"automatic_tax", {{"enabled", false}, {"liability", nullptr}, {"status", nullptr}}},
      {"billing_address_collection", nullable(session.billing_address_collection)},
      {"cancel_url", nullable(session.cancel_url)},
      {"client_reference_id", nullable(session.client_reference_id)},
      {"created", session.created},
      {"currency", session.currency.empty() ? Json(nullptr) : Json(session.currency)},
      {"custom_fields", Json::array()},
      {"custom_text",
       {{"after_submit", nullptr},
        {"shipping_address", nullptr},
        {"submit", nullptr},
        {"terms_of_service_acceptance", nullptr}}},
      {"customer", nullable(session.customer)},
      {"customer_details", session.customer_details},
      {"customer_email", nullable(session.customer_email)},
      {"expires_at", session.expires_at},
      {"invoice", nullable(session.invoice)},
      {"livemode", false},
      {"locale", nullable(session.locale)},
      {"metadata", session.metadata},
      {"mode", session.mode},
      {"payment_method_collection", session.card_always ? "always" : "if_required"},
      {"payment_method_options", Json::object()},
      {"payment_method_types", {"card"}},
      {"payment_status", session.payment_status},
      {"phone_number_collection", {{"enabled", false}}},
      {"shipping_options", Json::array()},
      {"status", session.status},
      {"submit_type", nullable(session.submit_type)},
      {"subscription", nullable(session.subscription)},
      {"success_url", session.success_url},
      {"total_details", {{"amount_discount", 0}, {"amount_shipping", 0}, {"amount_tax", 0}}},
      {"ui_mode", view.version.from(dahlia_date) ? "hosted_page" : "hosted"},
      {"url", session.status == "open" ? Json(view.world.public_url + "/c/pay/" + session.id)
                                       : Json(nullptr)}};
  add_intents(session, body);
  for (const char* name :
       {"adaptive_pricing", "after_expiration", "allow_promotion_codes", "client_secret", "consent",
        "consent_collection", "currency_conversion", "discounts", "invoice_creation",
        "payment_link", "payment_method_configuration_details", "recovered_from",
        "saved_payment_method_options", "shipping_address_collection", "shipping_cost"}) {
    body[name] = nullptr;
  }
  if (view.basil()) {
    add_session_since_basil(body);
  } else {
    body["shipping_details"] = nullptr;
  }
  return body;
}

Json line_items_shown(const View& view, const CheckoutSession& session) {
  return list_object("/v1/checkout/sessions/" + session.id + "/line_items",
                     session_lines_shown(view, session), false);
}

Routes checkout_session_routes() {
  const std::string session = "/v1/checkout/sessions/:id";
  return {{"POST", "/v1/checkout/sessions", checkout_create_schema(), "checkout.session",
           create_session},
          {"GET", session, operation({}), "checkout.session", retrieve_session},
          {"POST", session, operation({metadata()}), "checkout.session", update_session},
          {"POST", session + "/expire", operation({}), "checkout.session", expire_session},
          {"GET", session + "/line_items", listing({}), "list:item", list_session_lines},
          {"GET", "/v1/checkout/sessions",
           listing(with_unemulated(
               {text("customer"), text("subscription"), text("payment_intent"),
                object("customer_details", {field(Kind::email, "email").need()}),
                field(Kind::range, "created"), choice("status", {"complete", "expired", "open"})},
               {"payment_link"})),
           "list:checkout.session", list_sessions}};
}

}  // namespace sandbox
