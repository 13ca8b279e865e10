// SPDX-License-Identifier: Apache-2.0
#include "customers.hpp"

#include "billing.hpp"
#include "list.hpp"
#include "resources.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

void index_email(World& world, const Customer& customer, bool present) {
  if (!customer.email) return;
  const std::size_t at = *world.customers.position(customer.id);
  if (present) {
    world.customers_by_email.add(*customer.email, at);
  } else {
    world.customers_by_email.remove(*customer.email, at);
  }
}

Json full_address(const Json& given) {
  if (given.is_null()) return nullptr;
  Json address = Json::object();
  for (const char* name : {"city", "country", "line1", "line2", "postal_code", "state"}) {
    address[name] = given.contains(name) ? given[name] : Json(nullptr);
  }
  return address;
}

void check_default_method(const Call& call, const std::string& customer) {
  if (!call.given("invoice_settings")) return;
  const Json& settings = call.params["invoice_settings"];
  if (!settings.contains("default_payment_method")) return;
  const auto id = settings["default_payment_method"].get<std::string>();
  const PaymentMethod* method = call.world.payment_methods.find(id);
  if (method != nullptr && method->customer == customer) return;
  throw Refusal{
      .code = "resource_missing",
      .message = fmt::format("The customer does not have a payment method with the ID {}. "
                             "The payment method must be attached to the customer.",
                             id),
      .param = "invoice_settings[default_payment_method]"};
}

void assign_customer_fields(const Json& params, Customer& customer) {
  assign(params, "email", customer.email);
  assign(params, "name", customer.name);
  assign(params, "phone", customer.phone);
  assign(params, "description", customer.description);
  assign(params, "invoice_prefix", customer.invoice_prefix);
  assign(params, "next_invoice_sequence", customer.next_invoice_sequence);
  assign(params, "preferred_locales", customer.preferred_locales, Json::array());
  assign(params, "shipping", customer.shipping, nullptr);
  if (params.contains("address")) customer.address = full_address(params["address"]);
  if (params.contains("tax_exempt")) {
    customer.tax_exempt = params["tax_exempt"].is_null() ? "none" : params["tax_exempt"];
  }
  if (const auto settings = params.find("invoice_settings"); settings != params.end()) {
    assign(*settings, "default_payment_method", customer.default_payment_method);
    assign(*settings, "footer", customer.footer);
  }
  assign_metadata(params, customer.metadata);
}

Json create_customer(Call& call) {
  check_default_method(call, {});
  Customer customer;
  assign_customer_fields(call.params, customer);
  return shown(call.world, add_customer(call.world, std::move(customer), call.now));
}

Json retrieve_customer(Call& call) {
  return shown(call.world, in_path(call.world.customers, "customer", call.ids[0]));
}

Customer& live_customer(Call& call) {
  Customer& customer = in_path(call.world.customers, "customer", call.ids[0]);
  if (customer.deleted) throw no_such("customer", customer.id);
  return customer;
}

Json update_customer(Call& call) {
  Customer& customer = live_customer(call);
  check_default_method(call, customer.id);
  index_email(call.world, customer, false);
  assign_customer_fields(call.params, customer);
  index_email(call.world, customer, true);
  return shown(call.world, customer);
}

Json remove_customer(Call& call) {
  Customer& customer = live_customer(call);
  for (const std::size_t at : call.world.subscriptions_by_customer.of(customer.id)) {
    Subscription& subscription = call.world.subscriptions[at];
    if (!subscription.ended()) cancel(subscription, call.now);
  }
  index_email(call.world, customer, false);
  customer.deleted = true;
  return shown(call.world, customer);
}

Json list_customers(Call& call) {
  const Text email = call.text("email");
  const Positions* among = email ? &call.world.customers_by_email.of(*email) : nullptr;
  const auto keep = [&](const Customer& customer) {
    return !customer.deleted && in_range(call.params, "created", customer.created);
  };
  return listed(call, "customer", call.world.customers, among, keep,
                [&](const Customer& customer) { return shown(call.world, customer); });
}

Schema customer_write_schema() {
  const Schema address = {text("city").unset(),        text("country").unset(),
                          text("line1").unset(),       text("line2").unset(),
                          text("postal_code").unset(), text("state").unset()};
  Schema fields = {
      object("address", address).unset(),
      text("description").unset(),
      field(Kind::email, "email").unset(),
      text("invoice_prefix", 12),
      object("invoice_settings",
             with_unemulated({text("default_payment_method"), text("footer").unset()},
                             {"custom_fields", "rendering_options"})),
      metadata(),
      text("name", 256).unset(),
      field(Kind::positive, "next_invoice_sequence"),
      text("phone", 20).unset(),
      field(Kind::texts, "preferred_locales"),
      object("shipping", {object("address", address).need(), text("name").need(), text("phone")})
          .unset(),
      choice("tax_exempt", {"exempt", "none", "reverse"}).unset()};
  return operation(with_unemulated(
      std::move(fields), {"balance", "business_name", "cash_balance", "coupon", "individual_name",
                          "payment_method", "promotion_code", "source", "tax", "tax_id_data",
                          "test_clock", "validate", "default_source"}));
}

}  // namespace

Customer& add_customer(World& world, Customer customer, std::int64_t now) {
  customer.id = world.ids.plain("cus_");
  customer.created = now;
  if (customer.invoice_prefix.empty()) customer.invoice_prefix = world.ids.invoice_prefix();
  Customer& added = world.customers.add(std::move(customer));
  index_email(world, added, true);
  return added;
}

Customer& customer_param(World& world, const std::string& id) {
  Customer& customer = in_param(world.customers, "customer", id, "customer");
  if (customer.deleted) throw no_such_named("customer", id, "customer");
  return customer;
}

Json shown(const World&, const Customer& customer) {
  if (customer.deleted) return {{"id", customer.id}, {"object", "customer"}, {"deleted", true}};
  return {{"id", customer.id},
          {"object", "customer"},
          {"address", customer.address},
          {"balance", 0},
          {"created", customer.created},
          {"currency", nullable(customer.currency)},
          {"default_source", nullptr},
          {"delinquent", false},
          {"description", nullable(customer.description)},
          {"discount", nullptr},
          {"email", nullable(customer.email)},
          {"invoice_prefix", customer.invoice_prefix},
          {"invoice_settings",
           {{"custom_fields", nullptr},
            {"default_payment_method", nullable(customer.default_payment_method)},
            {"footer", nullable(customer.footer)},
            {"rendering_options", nullptr}}},
          {"livemode", false},
          {"metadata", customer.metadata},
          {"name", nullable(customer.name)},
          {"next_invoice_sequence", customer.next_invoice_sequence},
          {"phone", nullable(customer.phone)},
          {"preferred_locales", customer.preferred_locales},
          {"shipping", customer.shipping},
          {"tax_exempt", customer.tax_exempt},
          {"test_clock", nullptr}};
}

Routes customer_routes() {
  return {{"POST", "/v1/customers", customer_write_schema(), "customer", create_customer},
          {"GET", "/v1/customers/:id", operation({}), "customer", retrieve_customer},
          {"POST", "/v1/customers/:id", customer_write_schema(), "customer", update_customer},
          {"DELETE", "/v1/customers/:id", operation({}), "customer", remove_customer},
          {"GET", "/v1/customers",
           listing(with_unemulated({field(Kind::range, "created"), text("email", 512)},
                                   {"test_clock"})),
           "list:customer", list_customers}};
}

}  // namespace sandbox
