// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_client.hpp>

#include "stripe/form.hpp"
#include "stripe/json_read.hpp"
#include "stripe/list_pages.hpp"

// https://docs.stripe.com/api/customers
namespace billing::stripe {
namespace {

/// A deleted customer has none of its settings.
std::string default_payment_method(const JsonValue& customer) {
  const JsonValue settings = customer["invoice_settings"];
  return settings.is_null() ? "" : settings["default_payment_method"].id_or_empty();
}

Customer read_customer(const JsonValue& customer) {
  return {.id = CustomerId(customer["id"].text()),
          .email = customer["email"].text_or_empty(),
          .deleted = customer["deleted"].boolean_or(false),
          .default_payment_method = PaymentMethodId(default_payment_method(customer)),
          .metadata = customer["metadata"].texts()};
}

}  // namespace

Result<std::vector<Customer>> Client::customers(const std::string& email, Call call) {
  return all_pages(pager("/v1/customers", call), {{"email", email}}, read_customer);
}

Result<Customer> Client::customer(const CustomerId& id, Call call) {
  return get("/v1/customers/" + percent_encoded(id.text()), {}, call)
      .and_then(
          [](const HttpResponse& response) { return read_json(response.body, read_customer); });
}

Result<Customer> Client::create_customer(const std::string& email, const std::string& challenge_id,
                                         const IdempotencyKey& key, Call call) {
  const Parameters form{{"email", email}, {"metadata[challenge_id]", challenge_id}};
  return post("/v1/customers", form, key, call).and_then([](const HttpResponse& response) {
    return read_json(response.body, read_customer);
  });
}

}  // namespace billing::stripe
