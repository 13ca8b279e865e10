// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_client.hpp>

#include "stripe/form.hpp"
#include "stripe/json_read.hpp"

// https://docs.stripe.com/api/customer_portal
namespace billing::stripe {
namespace {

const std::string configurations_path = "/v1/billing_portal/configurations";

PortalConfiguration read_configuration(const JsonValue& configuration) {
  const JsonValue features = configuration["features"];
  const JsonValue cancel = features["subscription_cancel"];
  return {.id = PortalConfigurationId(configuration["id"].text()),
          .active = configuration["active"].boolean(),
          .headline = configuration["business_profile"]["headline"].text_or_empty(),
          .payment_method_update = features["payment_method_update"]["enabled"].boolean(),
          .invoice_history = features["invoice_history"]["enabled"].boolean(),
          .subscription_cancel = cancel["enabled"].boolean(),
          .cancel_mode = cancel["mode"].text(),
          .metadata = configuration["metadata"].texts()};
}

std::vector<PortalConfiguration> read_configurations(const JsonValue& list) {
  std::vector<PortalConfiguration> read;
  for (const JsonValue& each : list["data"].elements()) read.push_back(read_configuration(each));
  return read;
}

Result<PortalConfiguration> configuration_of(const HttpResponse& response) {
  return read_json(response.body, read_configuration);
}

Parameters configuration_form(const PortalTerms& terms, const std::string& challenge_id) {
  return {{"business_profile[headline]", terms.headline},
          {"features[payment_method_update][enabled]", "true"},
          {"features[invoice_history][enabled]", "true"},
          {"features[subscription_cancel][enabled]", "true"},
          {"features[subscription_cancel][mode]", terms.cancel_mode},
          {"metadata[challenge_id]", challenge_id}};
}

PortalSession read_session(const JsonValue& session) {
  return {.url = session["url"].text(),
          .configuration = PortalConfigurationId(session["configuration"].id())};
}

}  // namespace

Result<std::vector<PortalConfiguration>> Client::newest_portal_configurations(Call call) {
  return get(configurations_path, {{"limit", "100"}}, call)
      .and_then([](const HttpResponse& response) {
        return read_json(response.body, read_configurations);
      });
}

Result<PortalConfiguration> Client::create_portal_configuration(const PortalTerms& terms,
                                                                const std::string& challenge_id,
                                                                const IdempotencyKey& key,
                                                                Call call) {
  return post(configurations_path, configuration_form(terms, challenge_id), key, call)
      .and_then(configuration_of);
}

Result<PortalConfiguration> Client::update_portal_configuration(const PortalConfigurationId& id,
                                                                const PortalTerms& terms,
                                                                const std::string& challenge_id,
                                                                const IdempotencyKey& key,
                                                                Call call) {
  Parameters form = configuration_form(terms, challenge_id);
  form.emplace_back("active", "true");
  return post(configurations_path + '/' + percent_encoded(id.text()), form, key, call)
      .and_then(configuration_of);
}

Result<PortalSession> Client::create_portal_session(const NewPortalSession& session,
                                                    const IdempotencyKey& key, Call call) {
  const Parameters form{{"customer", session.customer.text()},
                        {"configuration", session.configuration.text()},
                        {"return_url", session.return_url}};
  return post("/v1/billing_portal/sessions", form, key, call)
      .and_then(
          [](const HttpResponse& response) { return read_json(response.body, read_session); });
}

}  // namespace billing::stripe
