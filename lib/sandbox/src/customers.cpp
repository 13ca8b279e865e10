// SPDX-License-Identifier: Apache-2.0
#include "customers.hpp"

#include "billing.hpp"
#include "events.hpp"
#include "list.hpp"
#include "payment_methods.hpp"
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

/// What `payment_method` and `source` bring with a new (or changed) customer.
struct Brought {
  PaymentMethod* method = nullptr;
  PaymentMethod* source = nullptr;
};

PaymentMethod* source_from(const Call& call, std::int64_t now) {
  const Text token = call.text("source");
  if (!token) return nullptr;
  const TestCard* card = card_of_token(*token);
  if (card == nullptr) throw no_such_named("token", *token, "source");
  if (card->outcome == CardOutcome::declines) throw card_refusal(*card);
  return &add_payment_method(call.world, method_of(*card, now), now, "card_");
}

Brought brought_by(const Call& call, std::int64_t now) {
  Brought brought;
  if (const Text id = call.text("payment_method")) {
    brought.method = &payment_method_param(call.world, *id, "payment_method", now);
    check_attachable(*brought.method, {});
  }
  brought.source = source_from(call, now);
  return brought;
}

/// The default that is asked for: attached already, or the one that is brought, which may go by
/// its test name (`pm_card_visa`) in both places.
void check_default_method(Call& call, const std::string& customer, const Brought& brought) {
  if (!call.given("invoice_settings")) return;
  Json& settings = call.params["invoice_settings"];
  if (!settings.contains("default_payment_method")) return;
  if (settings["default_payment_method"].is_null()) return;
  const auto id = settings["default_payment_method"].get<std::string>();
  if (brought.method != nullptr && id == call.text("payment_method")) {
    settings["default_payment_method"] = brought.method->id;
    return;
  }
  const PaymentMethod* method = call.world.payment_methods.find(id);
  if (method != nullptr && method->customer == customer) return;
  throw Refusal{
      .code = "resource_missing",
      .message = fmt::format("The customer does not have a payment method with the ID {}. "
                             "The payment method must be attached to the customer.",
                             id),
      .param = "invoice_settings[default_payment_method]"};
}

void attach_brought(World& world, const Brought& brought, const std::string& customer) {
  if (brought.method != nullptr) attach(world, *brought.method, customer);
  if (brought.source != nullptr) attach(world, *brought.source, customer);
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
  Customer customer{.test_clock = call.text("test_clock")};
  if (customer.test_clock) clock_with_room(call.world, *customer.test_clock);
  const Brought brought = brought_by(call, time_of(call.world, customer));
  check_default_method(call, {}, brought);
  assign_customer_fields(call.params, customer);
  if (brought.source != nullptr) customer.default_source = brought.source->id;
  const Customer& added = add_customer(call.world, std::move(customer));
  Json answer = announced(call, added.created, "customer.created", added);
  attach_brought(call.world, brought, added.id);
  return answer;
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
  const Brought brought{.source = source_from(call, time_of(call.world, customer))};
  check_default_method(call, customer.id, brought);
  const Pictures before = pictured(call.world, customer);
  index_email(call.world, customer, false);
  assign_customer_fields(call.params, customer);
  index_email(call.world, customer, true);
  if (brought.source != nullptr) customer.default_source = brought.source->id;
  attach_brought(call.world, brought, customer.id);
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
             with_unemulated({text("default_payment_method").unset(), text("footer").unset()},
                             {"custom_fields", "rendering_options"})),
      metadata(),
      text("name", 256).unset(),
      field(Kind::positive, "next_invoice_sequence"),
      text("phone", 20).unset(),
      field(Kind::texts, "preferred_locales"),
      object("shipping", {object("address", address).need(), text("name").need(), text("phone")})
          .unset(),
      text("source"),
      choice("tax_exempt", {"exempt", "none", "reverse"}).unset()};
  if (!updating) fields.insert(fields.end(), {text("payment_method"), text("test_clock")});
  return operation(with_unemulated(
      std::move(fields), {"balance", "business_name", "cash_balance", "coupon", "individual_name",
                          "promotion_code", "tax", "tax_id_data", "validate", "default_source"}));
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

std::int64_t time_of_customer(const World& world, const Text& customer) {
  return customer ? time_of(world, world.customers.at(*customer)) : world.now;
}

Json shown(const View&, const Customer& customer) {
  if (customer.deleted) return {{"id", customer.id}, {"object", "customer"}, {"deleted", true}};
  return {{"id", customer.id},
          {"object", "customer"},
          {"address", customer.address},
          {"balance", customer.balance},
          {"created", customer.created},
          {"currency", nullable(customer.currency)},
          {"default_source", nullable(customer.default_source)},
          {"delinquent", customer.delinquent},
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
