// SPDX-License-Identifier: Apache-2.0
#include "auth.hpp"
#include "expand.hpp"
#include "form.hpp"
#include "timeline.hpp"
#include "under_way.hpp"
#include "universe.hpp"

namespace sandbox {
namespace {

/// One request on its way through: who asks, in which version, for what.
struct Exchange {
  Universe& universe;
  const Arrival& arrival;
  const Pause& pause;
  std::string request_id;
  /// Later than its arrival when it was stalled.
  std::int64_t now;
  Version version{};
  /// Outlives a reset.
  std::shared_ptr<World> world{};
  const Route* route = nullptr;
  std::vector<std::string> ids{};
  /// Of a POST; on anything else the header has no effect.
  std::string key{};
};

HttpResponse refused(const Refusal& refusal) {
  HttpResponse response = json_response(refusal.status, envelope(refusal));
  if (!refusal.limit.empty()) {
    response.headers.push_back({"Stripe-Rate-Limited-Reason", refusal.limit});
  }
  if (refusal.final) response.headers.push_back({"Stripe-Should-Retry", "false"});
  return response;
}

void find_route(Exchange& exchange) {
  const std::string& method = exchange.arrival.request.method;
  const std::string& path = exchange.arrival.path;
  Router::Match match = exchange.universe.router.match(method, path, exchange.version);
  exchange.route = match.route;
  exchange.ids = std::move(match.ids);
  // One of Stripe's paths looks like an id of ours.
  const bool masked = path.ends_with("/search");
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
            .now = exchange.now,
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

// The only call that is not atomic: others come in between, and find what it writes to locked.
Outcome stalled(Exchange& exchange, std::chrono::milliseconds time) {
  const UnderWay held(*exchange.world, written_to(exchange.arrival, exchange.ids), exchange.key);
  exchange.pause(time);
  exchange.now = exchange.universe.now();
  advance(*exchange.world, exchange.now);
  return attempt(exchange);
}

Outcome struck(Exchange& exchange, const Effect& effect) {
  Outcome outcome{.response = {}, .kept = false};
  if (effect.works) {
    outcome = effect.stall.count() > 0 ? stalled(exchange, effect.stall) : attempt(exchange);
  }
  if (effect.refusal) outcome = {refused(*effect.refusal), effect.stored};
  outcome.response.delivery = effect.delivery;
  return outcome;
}

void check_locks(const Exchange& exchange) {
  if (exchange.world->locked.empty()) return;
  for (const std::string& object : written_to(exchange.arrival, exchange.ids)) {
    if (exchange.world->locked.contains(object)) throw lock_timeout();
  }
}

HttpResponse keyed(Exchange& exchange) {
  KeptAnswer answer;
  if (!exchange.key.empty()) {
    answer = {
        .endpoint = exchange.arrival.path,
        .fingerprint = parameter_fingerprint(exchange.arrival.query, exchange.arrival.request.body),
        .request_id = exchange.request_id};
    const KeptAnswer* first = exchange.world->answers.find(exchange.key, answer, exchange.now);
    if (first != nullptr) {
      return {.status = first->status,
              .headers = {{"Content-Type", "application/json"},
                          {"Original-Request", first->request_id},
                          {"Idempotent-Replayed", "true"}},
              .body = first->body};
    }
  }
  check_locks(exchange);
  Outcome outcome =
      struck(exchange, exchange.universe.faults.strike(*exchange.route, exchange.request_id));
  if (exchange.key.empty()) return std::move(outcome.response);
  outcome.response.headers.push_back({"Original-Request", exchange.request_id});
  if (outcome.kept) {
    answer.status = outcome.response.status;
    answer.body = outcome.response.body;
    exchange.world->answers.keep(exchange.key, std::move(answer), exchange.now);
  }
  return std::move(outcome.response);
}

// The order of these steps is Stripe's: key, version, route, limits, idempotency, parameters.
HttpResponse answered_call(Exchange& exchange) {
  const Arrival& arrival = exchange.arrival;
  try {
    const std::string key = authorised_key(arrival.header("Authorization"));
    exchange.world = exchange.universe.world_of(key, arrival.now).shared_from_this();
    exchange.version = version_in(arrival.header("Stripe-Version"), arrival.now);
    find_route(exchange);
    if (const std::int64_t limit = exchange.universe.options.rate_limit; limit > 0) {
      exchange.world->rates.take(exchange.route->name(), limit, exchange.now);
    }
    advance(*exchange.world, exchange.now);
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

HttpResponse answer_api(Universe& universe, const Arrival& arrival, const Pause& pause) {
  Exchange exchange{.universe = universe,
                    .arrival = arrival,
                    .pause = pause,
                    .request_id = universe.ids.plain("req_"),
                    .now = arrival.now};
  HttpResponse response = answered_call(exchange);
  if (!exchange.key.empty()) response.headers.push_back({"Idempotency-Key", exchange.key});
  response.headers.push_back({"Request-Id", exchange.request_id});
  response.headers.push_back({"Stripe-Version", exchange.version.text()});
  universe.log.add({.time = arrival.now,
                    .method = arrival.request.method,
                    .path = arrival.path,
                    .status = response.delivery == Delivery::reset ? 0 : response.status,
                    .request_id = exchange.request_id,
                    .idempotency_key = exchange.key,
                    .account = exchange.world != nullptr ? exchange.world->account : ""});
  return response;
}

}  // namespace sandbox
