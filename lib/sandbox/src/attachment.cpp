// SPDX-License-Identifier: Apache-2.0
#include "calendar.hpp"
#include "events.hpp"
#include "payment_methods.hpp"
#include "timeline.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sandbox {
namespace {

constexpr std::int64_t valid_years = 4;

// A source spells brands as people do.
std::string_view brand_of_source(std::string_view brand) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> names = {
      {{"visa", "Visa"},
       {"mastercard", "MasterCard"},
       {"amex", "American Express"},
       {"discover", "Discover"},
       {"diners", "Diners Club"},
       {"jcb", "JCB"},
       {"unionpay", "UnionPay"}}};
  return std::ranges::find(names, brand, &std::pair<std::string_view, std::string_view>::first)
      ->second;
}

void forget(Text& field, const std::string& method) {
  if (field == method) field.reset();
}

void forget_defaults(World& world, Customer& customer, const std::string& method,
                     std::int64_t now) {
  const Pictures before = pictured(world, customer);
  forget(customer.default_payment_method, method);
  forget(customer.default_source, method);
  emit_change(world, now, "customer.updated", before, customer);
  for (const std::size_t at : world.subscriptions_by_customer.of(customer.id)) {
    Subscription& subscription = world.subscriptions[at];
    if (subscription.default_payment_method != method) continue;
    const Pictures with = pictured(world, subscription);
    subscription.default_payment_method.reset();
    emit_change(world, now, "customer.subscription.updated", with, subscription);
  }
}

}  // namespace

PaymentMethod method_of(const TestCard& card, std::int64_t now) {
  const Json address = {{"city", nullptr},  {"country", nullptr},     {"line1", nullptr},
                        {"line2", nullptr}, {"postal_code", nullptr}, {"state", nullptr}};
  const YearMonth today = year_month(now);
  return {.card = &card,
          .exp_month = today.month,
          .exp_year = today.year + valid_years,
          .billing_details = {
              {"address", address}, {"email", nullptr}, {"name", nullptr}, {"phone", nullptr}}};
}

PaymentMethod& add_payment_method(World& world, PaymentMethod method, std::int64_t now,
                                  std::string_view prefix) {
  method.id = world.ids.timed(prefix, now);
  method.created = now;
  // The same card has the same fingerprint throughout an account.
  const auto seed = stable_hash(method.card->number, stable_hash(world.account, 0));
  method.fingerprint = Ids(seed).plain("", 16);
  return world.payment_methods.add(std::move(method));
}

PaymentMethod* named_payment_method(World& world, const std::string& id, std::int64_t now) {
  if (const TestCard* card = card_of_method_name(id)) {
    return &add_payment_method(world, method_of(*card, now), now);
  }
  return world.payment_methods.find(id);
}

PaymentMethod& payment_method_param(World& world, const std::string& id, std::string_view param,
                                    std::int64_t now) {
  PaymentMethod* method = named_payment_method(world, id, now);
  if (method == nullptr) throw no_such_named("PaymentMethod", id, param);
  return *method;
}

void check_attachable(const PaymentMethod& method, std::string_view customer) {
  if (method.customer && *method.customer == customer) return;
  if (method.customer) {
    throw Refusal{.message =
                      "The payment method you provided has already been attached to a customer."};
  }
  if (method.spent) {
    throw Refusal{.message =
                      "This PaymentMethod was previously used without being attached to a "
                      "Customer or was detached from a Customer, and may not be used again."};
  }
  if (method.card->outcome == CardOutcome::declines) throw card_refusal(*method.card);
}

void attach(World& world, PaymentMethod& method, const std::string& customer) {
  method.customer = customer;
  world.payment_methods_by_customer.add(customer, *world.payment_methods.position(method.id));
  emit(world, time_of(world, world.customers.at(customer)), "payment_method.attached", method);
}

void detach(World& world, PaymentMethod& method) {
  Customer& customer = world.customers.at(*method.customer);
  const std::int64_t now = time_of(world, customer);
  const Pictures before = pictured(world, method);
  world.payment_methods_by_customer.remove(customer.id, *world.payment_methods.position(method.id));
  method.customer.reset();
  method.spent = true;
  emit_change(world, now, "payment_method.detached", before, method);
  forget_defaults(world, customer, method.id, now);
}

Refusal card_refusal(const TestCard& card) {
  const bool about_cvc = card.code == "incorrect_cvc";
  return {.status = 402,
          .type = "card_error",
          .code = std::string(card.code),
          .message = std::string(card.message),
          .param = about_cvc ? "cvc" : "",
          .decline_code = std::string(card.decline_code)};
}

Json source_shown(const PaymentMethod& method) {
  const Json& address = method.billing_details["address"];
  Json body = {{"id", method.id},
               {"object", "card"},
               {"address_city", address["city"]},
               {"address_country", address["country"]},
               {"address_line1", address["line1"]},
               {"address_line2", address["line2"]},
               {"address_state", address["state"]},
               {"address_zip", address["postal_code"]},
               {"brand", brand_of_source(method.card->brand)},
               {"country", "US"},
               {"customer", nullable(method.customer)},
               {"cvc_check", "pass"},
               {"exp_month", method.exp_month},
               {"exp_year", method.exp_year},
               {"fingerprint", method.fingerprint},
               {"funding", method.card->funding},
               {"last4", method.card->last4()},
               {"metadata", method.metadata},
               {"name", method.billing_details["name"]},
               {"regulated_status", "unregulated"}};
  for (const char* name :
       {"address_line1_check", "address_zip_check", "dynamic_last4", "tokenization_method"}) {
    body[name] = nullptr;
  }
  return body;
}

}  // namespace sandbox
