// SPDX-License-Identifier: Apache-2.0
#include "setup_intents.hpp"

#include "customers.hpp"
#include "events.hpp"
#include "list.hpp"
#include "payment_methods.hpp"
#include "setup_intent_params.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

// The bank's page, where the card's owner confirms.
Json next_action(const World& world, const SetupIntent& intent) {
  if (intent.status != "requires_action") return nullptr;
  const std::string url = world.public_url + "/c/authenticate/" + intent.client_secret;
  if (intent.return_url) {
    return {{"type", "redirect_to_url"},
            {"redirect_to_url", {{"return_url", *intent.return_url}, {"url", url}}}};
  }
  return {{"type", "use_stripe_sdk"},
          {"use_stripe_sdk", {{"type", "three_d_secure_redirect"}, {"stripe_js", url}}}};
}

void tell(World& world, std::string_view type, const SetupIntent& intent) {
  emit(world, time_of_customer(world, intent.customer), type, intent);
}

SetupIntent& intent_in_path(Call& call) {
  return in_path(call.world.setup_intents, "setupintent", call.ids[0], "intent");
}

Refusal unexpected_state(std::string message) {
  return {.code = "setup_intent_unexpected_state", .message = std::move(message)};
}

void succeed(World& world, SetupIntent& intent, bool authenticated) {
  PaymentMethod& method = world.payment_methods.at(*intent.payment_method);
  if (intent.customer && !method.customer) attach(world, method, *intent.customer);
  method.authenticated = method.authenticated || authenticated;
  intent.status = "succeeded";
  intent.last_setup_error = nullptr;
  tell(world, "setup_intent.succeeded", intent);
}

void fail(World& world, SetupIntent& intent, const Refusal& why) {
  intent.status = "requires_payment_method";
  intent.payment_method.reset();
  intent.last_setup_error = envelope(why)["error"];
  tell(world, "setup_intent.setup_failed", intent);
}

// A decline is an answer of the bank that stays on the intent, although the call is refused.
void confirm(World& world, SetupIntent& intent) {
  const PaymentMethod& method = world.payment_methods.at(*intent.payment_method);
  if (method.card->outcome == CardOutcome::declines) {
    Refusal declined = card_refusal(*method.card);
    fail(world, intent, declined);
    throw declined;
  }
  if (method.needs_authentication(true)) {
    intent.status = "requires_action";
    tell(world, "setup_intent.requires_action", intent);
    return;
  }
  succeed(world, intent, false);
}

void check_confirmable(const SetupIntent& intent) {
  if (intent.status == "succeeded" || intent.status == "canceled") {
    throw unexpected_state(
        intent.status == "succeeded"
            ? "You cannot confirm this SetupIntent because it has already succeeded."
            : "You cannot confirm this SetupIntent because it has been canceled.");
  }
}

void check_has_method(const SetupIntent& intent) {
  if (intent.payment_method) return;
  throw unexpected_state(
      "You cannot confirm this SetupIntent because it's missing a payment method. You can either "
      "update the SetupIntent with a payment method and then confirm it again, or confirm it again "
      "directly with a payment method or ConfirmationToken.");
}

// Everything that can be refused is, before the intent changes.
void assign_intent(Call& call, SetupIntent& intent) {
  Text customer = intent.customer;
  if (call.given("customer")) customer = customer_param(call.world, *call.text("customer")).id;
  Text method = intent.payment_method;
  if (call.given("payment_method")) {
    const PaymentMethod& named =
        payment_method_param(call.world, *call.text("payment_method"), "payment_method",
                             time_of_customer(call.world, customer));
    check_usable(named, customer);
    method = named.id;
  }
  intent.customer = std::move(customer);
  intent.payment_method = std::move(method);
  assign(call.params, "description", intent.description);
  assign(call.params, "usage", intent.usage);
  assign(call.params, "return_url", intent.return_url);
  assign_metadata(call.params, intent.metadata);
  if (intent.status == "requires_payment_method" && intent.payment_method) {
    intent.status = "requires_confirmation";
  }
}

SetupIntent& added(World& world, SetupIntent intent) {
  const std::int64_t now = time_of_customer(world, intent.customer);
  intent.id = world.ids.timed("seti_", now);
  intent.created = now;
  intent.client_secret = intent.id + "_secret_" + world.ids.plain("", 31);
  SetupIntent& kept = world.setup_intents.add(std::move(intent));
  if (kept.customer) {
    world.setup_intents_by_customer.add(*kept.customer, world.setup_intents.size() - 1);
  }
  tell(world, "setup_intent.created", kept);
  return kept;
}

Json create_setup_intent(Call& call) {
  SetupIntent draft;
  const bool confirmed = call.flag("confirm", false);
  assign_intent(call, draft);
  if (confirmed) check_has_method(draft);
  if (!call.given("payment_method_types")) {
    draft.automatic_payment_methods = {{"allow_redirects", "always"}, {"enabled", true}};
    if (call.given("automatic_payment_methods")) {
      draft.automatic_payment_methods.update(call.params["automatic_payment_methods"]);
    }
  }
  SetupIntent& intent = added(call.world, std::move(draft));
  if (confirmed) confirm(call.world, intent);
  return shown(call.view(), intent);
}

Json retrieve_setup_intent(Call& call) {
  return shown(call.view(), intent_in_path(call));
}

Json update_setup_intent(Call& call) {
  SetupIntent& intent = intent_in_path(call);
  if (intent.status == "succeeded" || intent.status == "canceled") {
    for (const char* name : {"customer", "payment_method"}) {
      if (!call.given(name)) continue;
      throw unexpected_state(fmt::format(
          "You cannot update this SetupIntent because it has a status of {}.", intent.status));
    }
  }
  const Text before = intent.customer;
  assign_intent(call, intent);
  if (intent.customer != before) {
    const std::size_t at = *call.world.setup_intents.position(intent.id);
    if (before) call.world.setup_intents_by_customer.remove(*before, at);
    call.world.setup_intents_by_customer.add(*intent.customer, at);
  }
  return shown(call.view(), intent);
}

Json confirm_setup_intent(Call& call) {
  SetupIntent& intent = intent_in_path(call);
  check_confirmable(intent);
  assign_intent(call, intent);
  check_has_method(intent);
  confirm(call.world, intent);
  return shown(call.view(), intent);
}

Json cancel_setup_intent(Call& call) {
  SetupIntent& intent = intent_in_path(call);
  if (intent.status == "succeeded" || intent.status == "canceled") {
    throw unexpected_state(fmt::format(
        "You cannot cancel this SetupIntent because it has a status of {}. Only a SetupIntent with "
        "one of the following statuses may be canceled: requires_payment_method, "
        "requires_confirmation, requires_action.",
        intent.status));
  }
  intent.status = "canceled";
  intent.cancellation_reason = call.text("cancellation_reason");
  tell(call.world, "setup_intent.canceled", intent);
  return shown(call.view(), intent);
}

Json list_setup_intents(Call& call) {
  World& world = call.world;
  const Text customer = call.text("customer");
  const Text method = call.text("payment_method");
  if (customer) in_param(world.customers, "customer", *customer, "customer");
  const auto keep = [&](const SetupIntent& intent) {
    return (!method || intent.payment_method == method) &&
           in_range(call.params, "created", intent.created);
  };
  return listed(call, "setupintent", world.setup_intents,
                customer ? &world.setup_intents_by_customer.of(*customer) : nullptr, keep,
                [&](const SetupIntent& intent) { return shown(call.view(), intent); });
}

}  // namespace

void add_succeeded_setup_intent(World& world, const PaymentMethod& method) {
  SetupIntent& intent = added(world, {.status = "requires_confirmation",
                                      .customer = method.customer,
                                      .payment_method = method.id});
  succeed(world, intent, false);
}

void authenticate(World& world, SetupIntent& intent, bool confirmed) {
  if (confirmed) {
    succeed(world, intent, true);
    return;
  }
  fail(world, intent,
       {.code = "setup_intent_authentication_failure",
        .message = "The provided PaymentMethod has failed authentication. You can provide "
                   "payment_method_data or a new PaymentMethod to attempt to fulfill this "
                   "SetupIntent again."});
}

std::string setup_intent_of(const std::string& client_secret) {
  return client_secret.substr(0, client_secret.find("_secret_"));
}

Json shown(const View& view, const SetupIntent& intent) {
  Json body = {{"id", intent.id},
               {"object", "setup_intent"},
               {"automatic_payment_methods", intent.automatic_payment_methods},
               {"cancellation_reason", nullable(intent.cancellation_reason)},
               {"client_secret", intent.client_secret},
               {"created", intent.created},
               {"customer", nullable(intent.customer)},
               {"description", nullable(intent.description)},
               {"last_setup_error", intent.last_setup_error},
               {"livemode", false},
               {"metadata", intent.metadata},
               {"next_action", next_action(view.world, intent)},
               {"payment_method", nullable(intent.payment_method)},
               {"payment_method_options",
                {{"card",
                  {{"mandate_options", nullptr},
                   {"network", nullptr},
                   {"request_three_d_secure", "automatic"}}}}},
               {"payment_method_types", {"card"}},
               {"status", intent.status},
               {"usage", intent.usage}};
  for (const char* name :
       {"application", "flow_directions", "latest_attempt", "mandate", "on_behalf_of",
        "payment_method_configuration_details", "single_use_mandate"}) {
    body[name] = nullptr;
  }
  if (view.basil()) body["excluded_payment_method_types"] = nullptr;
  return body;
}

Routes setup_intent_routes() {
  const std::string all = "/v1/setup_intents";
  const std::string one = all + "/:id";
  const std::string kind = "setup_intent";
  return {{"POST", all, setup_intent_create_schema(), kind, create_setup_intent},
          {"GET", one, operation({text("client_secret")}), kind, retrieve_setup_intent},
          {"POST", one, setup_intent_update_schema(), kind, update_setup_intent},
          {"POST", one + "/confirm", setup_intent_confirm_schema(), kind, confirm_setup_intent},
          {"POST", one + "/cancel",
           operation({choice("cancellation_reason",
                             {"abandoned", "requested_by_customer", "duplicate"})}),
           kind, cancel_setup_intent},
          {"GET", all,
           listing({text("customer"), text("payment_method"), field(Kind::range, "created")}),
           "list:setup_intent", list_setup_intents}};
}

}  // namespace sandbox
