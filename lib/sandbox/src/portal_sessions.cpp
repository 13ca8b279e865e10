// SPDX-License-Identifier: Apache-2.0
#include "customers.hpp"
#include "events.hpp"
#include "portal.hpp"

#include <fmt/format.h>

namespace sandbox {
namespace {

constexpr std::int64_t seconds_to_open = 5 * 60;
constexpr std::int64_t seconds_once_open = 60 * 60;

Refusal missing(const std::string& param) {
  return {.code = "parameter_missing",
          .message = fmt::format("Missing required param: {}.", param),
          .param = param,
          .executed = false};
}

const PortalConfiguration& chosen_configuration(const Call& call) {
  if (const Text id = call.text("configuration")) {
    const PortalConfiguration& configuration =
        in_param(call.world.portal_configurations, "configuration", *id, "configuration");
    if (configuration.active) return configuration;
    throw Refusal{.message = fmt::format("The configuration `{}` is not active.", *id),
                  .param = "configuration"};
  }
  if (const PortalConfiguration* saved = default_configuration(call.world)) return *saved;
  throw Refusal{.message =
                    "No configuration provided and your test mode default configuration has not "
                    "been created. Provide a configuration or create your default by saving your "
                    "customer portal settings in test mode at "
                    "https://dashboard.stripe.com/test/settings/billing/portal."};
}

Json after_completion_from(const Json& flow) {
  const Json sent = flow.value("after_completion", Json{{"type", "portal_homepage"}});
  const std::string type = sent["type"];
  Json after = {{"hosted_confirmation", nullptr}, {"redirect", nullptr}, {"type", type}};
  if (type == "redirect") {
    if (!sent.contains("redirect")) throw missing("flow_data[after_completion][redirect]");
    after["redirect"] = {{"return_url", sent["redirect"]["return_url"]}};
  }
  if (type == "hosted_confirmation") {
    const Json confirmation = sent.value("hosted_confirmation", Json::object());
    after["hosted_confirmation"] = {
        {"custom_message", confirmation.value("custom_message", Json())}};
  }
  return after;
}

void check_feature(const PortalConfiguration& configuration, const char* feature) {
  if (configuration.allows(feature)) return;
  throw Refusal{.message = fmt::format("This flow needs the feature `{}`, which is disabled in the "
                                       "portal configuration `{}`.",
                                       feature, configuration.id),
                .param = "flow_data[type]"};
}

Json cancel_flow_from(const Call& call, const Json& flow, const std::string& customer) {
  const std::string param = "flow_data[subscription_cancel]";
  if (!flow.contains("subscription_cancel")) throw missing(param);
  const auto id = flow["subscription_cancel"]["subscription"].get<std::string>();
  const Subscription* subscription = call.world.subscriptions.find(id);
  if (subscription == nullptr || subscription->customer != customer) {
    throw no_such_named("subscription", id, param + "[subscription]");
  }
  if (subscription->ended() || subscription->cancel_at_period_end) {
    throw Refusal{.message = "The subscription has been canceled or is set to be canceled already.",
                  .param = param + "[subscription]"};
  }
  return {{"retention", nullptr}, {"subscription", id}};
}

Json flow_from(const Call& call, const PortalConfiguration& configuration,
               const std::string& customer) {
  if (!call.given("flow_data")) return nullptr;
  const Json& sent = call.params["flow_data"];
  const std::string type = sent["type"];
  Json flow = {{"after_completion", after_completion_from(sent)},
               {"subscription_cancel", nullptr},
               {"subscription_update", nullptr},
               {"subscription_update_confirm", nullptr},
               {"type", type}};
  if (type == "payment_method_update") {
    check_feature(configuration, "payment_method_update");
  } else if (type == "subscription_cancel") {
    check_feature(configuration, "subscription_cancel");
    flow["subscription_cancel"] = cancel_flow_from(call, sent, customer);
  } else {
    throw not_emulated(fmt::format("flow_data[type]={}", type), "flow_data[type]");
  }
  return flow;
}

Json create_portal_session(Call& call) {
  World& world = call.world;
  const std::string customer = customer_param(world, *call.text("customer")).id;
  const PortalConfiguration& configuration = chosen_configuration(call);
  const Text return_url =
      call.given("return_url") ? call.text("return_url") : configuration.default_return_url;
  if (!return_url) throw missing("return_url");
  Json flow = flow_from(call, configuration, customer);
  PortalSession session{.id = world.ids.timed("bps_", call.now),
                        .created = call.now,
                        .secret = world.ids.plain("test_", 56),
                        .configuration = configuration.id,
                        .customer = customer,
                        .return_url = return_url,
                        .locale = call.text("locale"),
                        .flow = std::move(flow)};
  world.portal_session_by_secret.emplace(session.secret, session.id);
  return announced(call, call.now, "billing_portal.session.created",
                   world.portal_sessions.add(std::move(session)));
}

Field flow_field() {
  Schema after = {choice("type", {"hosted_confirmation", "portal_homepage", "redirect"}).need(),
                  object("hosted_confirmation", {text("custom_message", 500)}),
                  object("redirect", {field(Kind::url, "return_url").need()})};
  return object("flow_data",
                with_unemulated(
                    {choice("type", {"customer_update", "payment_method_update",
                                     "subscription_cancel", "subscription_pause",
                                     "subscription_update", "subscription_update_confirm"})
                         .need(),
                     object("after_completion", std::move(after)),
                     object("subscription_cancel",
                            with_unemulated({text("subscription").need()}, {"retention"}))},
                    {"subscription_pause", "subscription_update", "subscription_update_confirm"}));
}

}  // namespace

bool open_at(const PortalSession& session, std::int64_t now) {
  return session.opened ? now < *session.opened + seconds_once_open
                        : now < session.created + seconds_to_open;
}

Json shown(const View& view, const PortalSession& session) {
  Json body = {{"id", session.id},
               {"object", "billing_portal.session"},
               {"configuration", session.configuration},
               {"created", session.created},
               {"customer", session.customer},
               {"flow", session.flow},
               {"livemode", false},
               {"locale", nullable(session.locale)},
               {"on_behalf_of", nullptr},
               {"return_url", nullable(session.return_url)},
               {"url", view.world.public_url + "/p/session/" + session.secret}};
  if (view.basil()) body["customer_account"] = nullptr;
  return body;
}

Routes portal_session_routes() {
  return {{"POST", "/v1/billing_portal/sessions",
           operation(with_unemulated({text("customer").need(), text("configuration"),
                                      field(Kind::url, "return_url"), text("locale"), flow_field()},
                                     {"after_expiration", "customer_account", "on_behalf_of"})),
           "billing_portal.session", create_portal_session}};
}

}  // namespace sandbox
