// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_client.hpp>

#include "stripe/events_json.hpp"
#include "stripe/form.hpp"
#include "stripe/list_pages.hpp"

// https://docs.stripe.com/api/events, https://docs.stripe.com/api/webhook_endpoints
namespace billing::stripe {
namespace {

const std::string endpoints_path = "/v1/webhook_endpoints";

std::vector<std::string> read_texts(const JsonValue& list) {
  std::vector<std::string> texts;
  for (const JsonValue& each : list.elements()) texts.push_back(each.text());
  return texts;
}

WebhookEndpoint read_endpoint(const JsonValue& endpoint) {
  return {.id = WebhookEndpointId(endpoint["id"].text()),
          .url = endpoint["url"].text(),
          .enabled = endpoint["status"].text() == "enabled",
          .enabled_events = read_texts(endpoint["enabled_events"]),
          .api_version = endpoint["api_version"].text_or_empty(),
          .secret = endpoint["secret"].text_or_empty(),
          .metadata = endpoint["metadata"].texts()};
}

Result<WebhookEndpoint> endpoint_of(const HttpResponse& response) {
  return read_json(response.body, read_endpoint);
}

Parameters endpoint_form(const WebhookTerms& terms, const std::string& challenge_id) {
  Parameters form{{"url", terms.url}, {"metadata[challenge_id]", challenge_id}};
  for (const std::string& each : terms.enabled_events) form.emplace_back("enabled_events[]", each);
  return form;
}

}  // namespace

WebhookEvent read_event(const JsonValue& event) {
  const JsonValue object = event["data"]["object"];
  return {.id = WebhookEventId(event["id"].text()),
          .type = event["type"].text(),
          .object_id = object["id"].text_or_empty(),
          .customer = CustomerId(object["object"].text_or_empty() == "customer"
                                     ? object["id"].text()
                                     : object["customer"].id_or_empty()),
          .created = event["created"].second()};
}

Result<std::vector<WebhookEvent>> Client::events(const std::vector<std::string>& types,
                                                 Second since, Call call) {
  Parameters query{{"created[gte]", std::to_string(since.time_since_epoch().count())}};
  for (const std::string& each : types) query.emplace_back("types[]", each);
  const auto page = [&](Parameters at) { return get("/v1/events", std::move(at), call); };
  return all_pages(page, query, read_event);
}

Result<std::vector<WebhookEndpoint>> Client::webhook_endpoints(Call call) {
  return all_pages(pager(endpoints_path, call), {}, read_endpoint);
}

Result<WebhookEndpoint> Client::create_webhook_endpoint(const WebhookTerms& terms,
                                                        const std::string& challenge_id,
                                                        const IdempotencyKey& key, Call call) {
  Parameters form = endpoint_form(terms, challenge_id);
  form.emplace_back("api_version", settings_.api_version);
  return post(endpoints_path, form, key, call).and_then(endpoint_of);
}

Result<WebhookEndpoint> Client::update_webhook_endpoint(const WebhookEndpointId& id,
                                                        const WebhookTerms& terms,
                                                        const std::string& challenge_id,
                                                        const IdempotencyKey& key, Call call) {
  Parameters form = endpoint_form(terms, challenge_id);
  form.emplace_back("disabled", "false");
  return post(endpoints_path + '/' + percent_encoded(id.text()), form, key, call)
      .and_then(endpoint_of);
}

}  // namespace billing::stripe
