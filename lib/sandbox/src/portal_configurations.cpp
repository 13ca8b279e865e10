// SPDX-License-Identifier: Apache-2.0
#include "events.hpp"
#include "list.hpp"
#include "portal.hpp"

namespace sandbox {
namespace {

PortalConfiguration& configuration_in_path(Call& call) {
  return in_path(call.world.portal_configurations, "configuration", call.ids[0], "configuration");
}

void assign_configuration(Call& call, PortalConfiguration& configuration) {
  if (call.given("login_page") && call.params["login_page"]["enabled"]) {
    throw not_emulated("the portal's login page", "login_page[enabled]");
  }
  if (call.given("features")) {
    configuration.features =
        portal_features(call.world, call.params["features"], configuration.features);
  }
  if (call.given("business_profile")) {
    const Json& profile = call.params["business_profile"];
    assign(profile, "headline", configuration.headline);
    assign(profile, "privacy_policy_url", configuration.privacy_policy_url);
    assign(profile, "terms_of_service_url", configuration.terms_of_service_url);
  }
  assign(call.params, "default_return_url", configuration.default_return_url);
  assign(call.params, "name", configuration.name);
  assign_metadata(call.params, configuration.metadata);
  configuration.updated = call.now;
}

Json create_configuration(Call& call) {
  PortalConfiguration configuration{.created = call.now,
                                    // Saving the first one is what the dashboard would be for.
                                    .is_default = default_configuration(call.world) == nullptr,
                                    .features = no_portal_features()};
  assign_configuration(call, configuration);
  configuration.id = call.world.ids.timed("bpc_", call.now);
  return announced(call, call.now, "billing_portal.configuration.created",
                   call.world.portal_configurations.add(std::move(configuration)));
}

Json retrieve_configuration(Call& call) {
  return shown(call.view(), configuration_in_path(call));
}

Json update_configuration(Call& call) {
  PortalConfiguration& configuration = configuration_in_path(call);
  const bool active = call.flag("active", configuration.active);
  if (!active && configuration.is_default) {
    throw Refusal{.message = "You cannot deactivate your default configuration.",
                  .param = "active"};
  }
  const Pictures before = pictured(call.world, configuration);
  assign_configuration(call, configuration);
  configuration.active = active;
  emit_change(call.world, call.now, "billing_portal.configuration.updated", before, configuration);
  return shown(call.view(), configuration);
}

Json list_configurations(Call& call) {
  const auto keep = [&](const PortalConfiguration& configuration) {
    return call.flag("active", configuration.active) == configuration.active &&
           call.flag("is_default", configuration.is_default) == configuration.is_default;
  };
  return listed(
      call, "configuration", call.world.portal_configurations, nullptr, keep,
      [&](const PortalConfiguration& configuration) { return shown(call.view(), configuration); });
}

Schema configuration_fields() {
  return {object("business_profile",
                 {text("headline", 60).unset(), field(Kind::url, "privacy_policy_url").unset(),
                  field(Kind::url, "terms_of_service_url").unset()}),
          field(Kind::url, "default_return_url").unset(),
          object("login_page", {field(Kind::flag, "enabled").need()}), metadata(),
          text("name", 256).unset().only(since_basil)};
}

Schema configuration_create_schema() {
  Schema fields = configuration_fields();
  fields.push_back(portal_features_field().need());
  return operation(std::move(fields));
}

Schema configuration_update_schema() {
  Schema fields = configuration_fields();
  fields.push_back(portal_features_update_field());
  fields.push_back(field(Kind::flag, "active"));
  return operation(std::move(fields));
}

}  // namespace

const PortalConfiguration* default_configuration(const World& world) {
  // The first there was: it can't be deactivated.
  return world.portal_configurations.size() == 0 ? nullptr : &world.portal_configurations[0];
}

Json shown(const View& view, const PortalConfiguration& configuration) {
  Json body = {{"id", configuration.id},
               {"object", "billing_portal.configuration"},
               {"active", configuration.active},
               {"application", nullptr},
               {"business_profile",
                {{"headline", nullable(configuration.headline)},
                 {"privacy_policy_url", nullable(configuration.privacy_policy_url)},
                 {"terms_of_service_url", nullable(configuration.terms_of_service_url)}}},
               {"created", configuration.created},
               {"default_return_url", nullable(configuration.default_return_url)},
               {"features", configuration.features},
               {"is_default", configuration.is_default},
               {"livemode", false},
               {"login_page", {{"enabled", false}, {"url", nullptr}}},
               {"metadata", configuration.metadata},
               {"updated", configuration.updated}};
  if (view.basil()) {
    body["name"] = nullable(configuration.name);
  } else {
    body["features"]["payment_method_update"].erase("payment_method_configuration");
    body["features"]["subscription_update"].erase("billing_cycle_anchor");
    body["features"]["subscription_update"].erase("trial_update_behavior");
  }
  return body;
}

Routes portal_configuration_routes() {
  const std::string all = "/v1/billing_portal/configurations";
  const std::string one = all + "/:id";
  const std::string kind = "billing_portal.configuration";
  return {{"POST", all, configuration_create_schema(), kind, create_configuration},
          {"GET", one, operation({}), kind, retrieve_configuration},
          {"POST", one, configuration_update_schema(), kind, update_configuration},
          {"GET", all, listing({field(Kind::flag, "active"), field(Kind::flag, "is_default")}),
           "list:" + kind, list_configurations}};
}

}  // namespace sandbox
