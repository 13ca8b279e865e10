// SPDX-License-Identifier: Apache-2.0
#include "auth.hpp"
#include "expand.hpp"
#include "form.hpp"
#include "timeline.hpp"
#include "universe.hpp"

namespace sandbox {
namespace {

/// One request on its way through: who asks, in which version, for what.
struct Exchange {
  Universe& universe;
  const Arrival& arrival;
  std::string request_id;
  Version version{};
  World* world = nullptr;
  const Route* route = nullptr;
  std::vector<std::string> ids{};
  /// Of a POST; on anything else the header has no effect.
  std::string key{};
};

HttpResponse refused(const Refusal& refusal) {
  return json_response(refusal.status, envelope(refusal));
}

void find_route(Exchange& exchange) {
  const std::string& method = exchange.arrival.request.method;
  const std::string& path = exchange.arrival.path;
  Router::Match match = exchange.universe.router.match(method, path, exchange.version);
  exchange.route = match.route;
  exchange.ids = std::move(match.ids);
  // Two of Stripe's paths look like an id of ours.
  const bool masked = path.ends_with("/search") || path.ends_with("/upcoming/lines");
  if (exchange.route != nullptr && !masked) return;
  Refusal unknown = unrecognized_url(method, path);
  if (!match.other_version && stripe_has(path))
    unknown.message = "not emulated: " + method + " " + path;
  throw unknown;
}

/// What happens meanwhile, the request has brought about.
class Asked {
 public:
  explicit Asked(const Exchange& exchange) : world_(*exchange.world) {
    world_.cause = {.request = exchange.request_id, .idempotency_key = exchange.key};
  }
  ~Asked() { world_.cause = {}; }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

 private:
  World& world_;
};

Json run(Exchange& exchange) {
  Form form;
  parse_form(exchange.arrival.query, form);
  parse_form(exchange.arrival.request.body, form);
  Call call{.world = *exchange.world,
            .options = exchange.universe.options,
            .now = exchange.arrival.now,
            .version = exchange.version,
            .path = exchange.arrival.path,
            .ids = std::move(exchange.ids),
            .params = read(exchange.route->schema, form, exchange.version)};
  check_expand(call.params, exchange.route->returns, call.version);
  const Asked asked(exchange);
  Json body = exchange.route->run(call);
  apply_expand(call.view(), call.params, exchange.route->returns, body);
  return body;
}

/// An answer, and whether it belongs under the idempotency key.
struct Outcome {
  HttpResponse response;
  bool kept;
};

Outcome attempt(Exchange& exchange) {
  try {
    return {json_response(200, run(exchange)), true};
  } catch (const Refusal& refusal) {
    return {refused(refusal), refusal.executed};
  }
}

Outcome struck(Exchange& exchange, const Fault& fault) {
  if (fault.after) attempt(exchange);
  return {refused(fault.refusal), fault.stored};
}

HttpResponse keyed(Exchange& exchange) {
  KeptAnswer answer;
  if (!exchange.key.empty()) {
    answer = {
        .endpoint = exchange.arrival.path,
        .fingerprint = parameter_fingerprint(exchange.arrival.query, exchange.arrival.request.body),
        .request_id = exchange.request_id};
    const KeptAnswer* first =
        exchange.world->answers.find(exchange.key, answer, exchange.arrival.now);
    if (first != nullptr) {
      return {.status = first->status,
              .headers = {{"Content-Type", "application/json"},
                          {"Idempotency-Key", exchange.key},
                          {"Original-Request", first->request_id},
                          {"Idempotent-Replayed", "true"}},
              .body = first->body};
    }
  }
  const Fault* fault = exchange.universe.faults.strike(*exchange.route);
  Outcome outcome = fault != nullptr ? struck(exchange, *fault) : attempt(exchange);
  if (exchange.key.empty()) return std::move(outcome.response);
  outcome.response.headers.push_back({"Idempotency-Key", exchange.key});
  outcome.response.headers.push_back({"Original-Request", exchange.request_id});
  if (outcome.kept) {
    answer.status = outcome.response.status;
    answer.body = outcome.response.body;
    exchange.world->answers.keep(exchange.key, std::move(answer), exchange.arrival.now);
  }
  return std::move(outcome.response);
}

// The order of these steps is Stripe's: key, version, route, idempotency, parameters.
HttpResponse answered_call(Exchange& exchange) {
  const Arrival& arrival = exchange.arrival;
  try {
    const std::string key = authorised_key(arrival.header("Authorization"));
    exchange.world = &exchange.universe.world_of(key, arrival.now);
    exchange.version = version_in(arrival.header("Stripe-Version"), arrival.now);
    find_route(exchange);
    advance(*exchange.world, arrival.now);
    if (arrival.request.method == "POST") exchange.key = arrival.header("Idempotency-Key");
    return keyed(exchange);
  } catch (const Refusal& refusal) {
    HttpResponse response = refused(refusal);
    if (refusal.status == 401) {
      response.headers.push_back({"WWW-Authenticate", "Basic realm=\"Stripe\""});
    }
    return response;
  }
}

}  // namespace

HttpResponse answer_api(Universe& universe, const Arrival& arrival) {
  Exchange exchange{
      .universe = universe, .arrival = arrival, .request_id = universe.ids.plain("req_")};
  HttpResponse response = answered_call(exchange);
  response.headers.push_back({"Request-Id", exchange.request_id});
  response.headers.push_back({"Stripe-Version", exchange.version.text()});
  universe.log.add({.time = arrival.now,
                    .method = arrival.request.method,
                    .path = arrival.path,
                    .status = response.status,
                    .request_id = exchange.request_id,
                    .idempotency_key = exchange.key,
                    .account = exchange.world != nullptr ? exchange.world->account : ""});
  return response;
}

}  // namespace sandbox
