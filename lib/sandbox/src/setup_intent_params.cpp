// SPDX-License-Identifier: Apache-2.0
#include "setup_intent_params.hpp"

#include "error.hpp"

namespace sandbox {
namespace {

Schema shared_fields() {
  return {text("customer"), text("description", 1000), metadata(), text("payment_method"),
          field(Kind::texts, "payment_method_types")};
}

}  // namespace

Schema setup_intent_create_schema() {
  Schema fields = shared_fields();
  fields.push_back(field(Kind::flag, "confirm"));
  fields.push_back(field(Kind::url, "return_url"));
  fields.push_back(choice("usage", {"off_session", "on_session"}));
  fields.push_back(field(Kind::flag, "use_stripe_sdk"));
  fields.push_back(object(
      "automatic_payment_methods",
      {field(Kind::flag, "enabled").need(), choice("allow_redirects", {"always", "never"})}));
  return operation(with_unemulated(
      std::move(fields),
      {"attach_to_self", "confirmation_token", "customer_account", "flow_directions",
       "mandate_data", "on_behalf_of", "payment_method_configuration", "payment_method_data",
       "payment_method_options", "single_use", "excluded_payment_method_types"}));
}

Schema setup_intent_update_schema() {
  return operation(with_unemulated(
      shared_fields(),
      {"attach_to_self", "customer_account", "flow_directions", "payment_method_configuration",
       "payment_method_data", "payment_method_options", "excluded_payment_method_types"}));
}

Schema setup_intent_confirm_schema() {
  return operation(with_unemulated(
      {text("payment_method"), field(Kind::url, "return_url"), field(Kind::flag, "use_stripe_sdk"),
       text("client_secret")},
      {"confirmation_token", "mandate_data", "payment_method_data", "payment_method_options"}));
}

void check_usable(const PaymentMethod& method, const Text& customer) {
  if (method.customer && method.customer != customer) {
    throw Refusal{.message = customer
                                 ? "The provided PaymentMethod belongs to a different Customer."
                                 : "The provided PaymentMethod is attached to a Customer. Please "
                                   "include the Customer in the `customer` parameter.",
                  .param = "payment_method"};
  }
  if (method.spent) {
    throw Refusal{.message =
                      "This PaymentMethod was previously used without being attached to a "
                      "Customer or was detached from a Customer, and may not be used again.",
                  .param = "payment_method"};
  }
}

}  // namespace sandbox
