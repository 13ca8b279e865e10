// SPDX-License-Identifier: Apache-2.0
#include "customers.hpp"

#include "billing.hpp"
#include "events.hpp"
#include "list.hpp"
#include "test_clocks.hpp"
#include "timeline.hpp"

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
  customer.test_clock = call.text("test_clock");
  if (customer.test_clock) clock_with_room(call.world, *customer.test_clock);
  const Customer& added = add_customer(call.world, std::move(customer));
  return announced(call, added.created, "customer.created", added);
}

Json retrieve_customer(Call& call) {
  return shown(call.view(), in_path(call.world.customers, "customer", call.ids[0]));
}

Customer& live_customer(Call& call) {
  Customer& customer = in_path(call.world.customers, "customer", call.ids[0]);
  if (customer.deleted) throw no_such("customer", customer.id);
  return customer;
}

Json update_customer(Call& call) {
  Customer& customer = live_customer(call);
  check_default_method(call, customer.id);
  const Pictures before = pictured(call.world, customer);
  index_email(call.world, customer, false);
  assign_customer_fields(call.params, customer);
  index_email(call.world, customer, true);
  emit_change(call.world, time_of(call.world, customer), "customer.updated", before, customer);
  return shown(call.view(), customer);
}

Json delete_customer(Call& call) {
  Customer& customer = live_customer(call);
  remove_customer(call.world, customer);
  return shown(call.view(), customer);
}

Json list_customers(Call& call) {
  const Text email = call.text("email");
  const Text clock = call.text("test_clock");
  const Positions* among = clock   ? &call.world.customers_by_clock.of(*clock)
                           : email ? &call.world.customers_by_email.of(*email)
                                   : nullptr;
  const auto keep = [&](const Customer& customer) {
    return !customer.deleted && customer.test_clock == clock &&
           (!email || customer.email == email) &&
           in_range(call.params, "created", customer.created);
  };
  return listed(call, "customer", call.world.customers, among, keep,
                [&](const Customer& customer) { return shown(call.view(), customer); });
}

Schema customer_schema(bool updating) {
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
  if (!updating) fields.push_back(text("test_clock"));
  return operation(with_unemulated(
      std::move(fields),
      {"balance", "business_name", "cash_balance", "coupon", "individual_name", "payment_method",
       "promotion_code", "source", "tax", "tax_id_data", "validate", "default_source"}));
}

}  // namespace

Customer& add_customer(World& world, Customer customer) {
  customer.id = world.ids.plain("cus_");
  customer.created = time_of(world, customer);
  if (customer.invoice_prefix.empty()) customer.invoice_prefix = world.ids.invoice_prefix();
  Customer& added = world.customers.add(std::move(customer));
  index_email(world, added, true);
  if (added.test_clock) {
    world.customers_by_clock.add(*added.test_clock, world.customers.size() - 1);
  }
  return added;
}

void remove_customer(World& world, Customer& customer) {
  const std::int64_t now = time_of(world, customer);
  for (const std::size_t at : world.subscriptions_by_customer.of(customer.id)) {
    Subscription& subscription = world.subscriptions[at];
    if (!subscription.ended()) cancel(world, subscription, now);
  }
  emit(world, now, "customer.deleted", customer);
  index_email(world, customer, false);
  customer.deleted = true;
}

Customer& customer_param(World& world, const std::string& id) {
  Customer& customer = in_param(world.customers, "customer", id, "customer");
  if (customer.deleted) throw no_such_named("customer", id, "customer");
  return customer;
}

Json shown(const View&, const Customer& customer) {
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
          {"test_clock", nullable(customer.test_clock)}};
}

Routes customer_routes() {
  return {{"POST", "/v1/customers", customer_schema(false), "customer", create_customer},
          {"GET", "/v1/customers/:id", operation({}), "customer", retrieve_customer},
          {"POST", "/v1/customers/:id", customer_schema(true), "customer", update_customer},
          {"DELETE", "/v1/customers/:id", operation({}), "customer", delete_customer},
          {"GET", "/v1/customers",
           listing({field(Kind::range, "created"), text("email", 512), text("test_clock")}),
           "list:customer", list_customers}};
}

}  // namespace sandbox
