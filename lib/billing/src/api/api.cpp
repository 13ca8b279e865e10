// SPDX-License-Identifier: Apache-2.0
#include <billing/api.hpp>
#include <billing/error_codes.hpp>

#include "api/bodies.hpp"

#include <fmt/format.h>

namespace billing {

struct Api::Route {
  std::string_view method;
  std::string_view path;
  Handler handler;
};

const std::vector<Api::Route>& Api::routes() {
  static const std::vector<Route> all = {
      {"GET", "/offerings", &Api::get_offerings},
      {"POST", "/users", &Api::post_user},
      {"GET", "/users", &Api::get_user},
      {"GET", "/users/bill", &Api::get_bill},
      {"POST", "/offerings/paircode", &Api::subscribe},
      {"POST", "/offerings/paircode/schedule", &Api::schedule},
      {"POST", "/offerings/workshop", &Api::register_workshop},
      {"POST", "/users/portal", &Api::open_portal},
      {"POST", "/webhook", &Api::webhook},
  };
  return all;
}

Api::Api(Ledger& ledger, Store& store, FinalInvoiceStore& final_invoices, stripe::Client& stripe,
         StripeHealth& health, Webhooks& webhooks, Clock& clock, Entropy& entropy,
         Observer& observer, ApiSettings settings)
    : ledger_(ledger),
      store_(store),
      final_invoices_(final_invoices),
      stripe_(stripe),
      health_(health),
      refresh_(stripe, store, health),
      webhooks_(webhooks),
      clock_(clock),
      entropy_(entropy),
      observer_(observer),
      settings_(std::move(settings)),
      offerings_(std::make_shared<const Offerings>()) {}

Result<void> Api::resume() {
  Result<Offerings> remembered = store_.offerings();
  if (!remembered) return failure(std::move(remembered));
  put_on_offer(std::move(*remembered));
  return {};
}

Result<void> Api::offer(Offerings offerings) {
  if (auto stored = store_.remember(offerings); !stored) return stored;
  put_on_offer(std::move(offerings));
  return {};
}

std::shared_ptr<const Offerings> Api::offered() const {
  const std::lock_guard lock(offerings_mutex_);
  return offerings_;
}

void Api::put_on_offer(Offerings offerings) {
  auto next = std::make_shared<const Offerings>(std::move(offerings));
  const std::lock_guard lock(offerings_mutex_);
  offerings_ = std::move(next);
}

Begun Api::begin(const HttpRequest& request) {
  std::string allowed;
  for (const Route& route : routes()) {
    if (route.path != request.path) continue;
    if (route.method != request.method) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    Result<Begun> begun = (this->*route.handler)(request);
    if (begun) return std::move(*begun);
    const Error& error = begun.error();
    HttpResponse response = problem(error);
    observer_.observe(
        {.severity = response.status >= 500 ? Severity::error : Severity::info,
         .what = "request_failed",
         .facts = {{"method", request.method},
                   {"path", request.path},
                   {"status", std::to_string(response.status)},
                   {"error", error.message},
                   {"stripe_request", error.stripe ? error.stripe->request_id : ""}}});
    return response;
  }
  if (allowed.empty()) {
    return problem(404, "not_found", fmt::format("there is nothing at {}", request.path));
  }
  HttpResponse response =
      problem(405, "method_not_allowed", fmt::format("{} takes {} only", request.path, allowed));
  response.headers.push_back({"Allow", allowed});
  return response;
}

HttpResponse Api::handle(const HttpRequest& request) {
  Begun begun = begin(request);
  if (const auto* waiting = std::get_if<Waiting>(&begun)) return finish(*waiting);
  return std::move(std::get<HttpResponse>(begun));
}

Result<Begun> Api::get_offerings(const HttpRequest&) {
  return offerings_response(*offered());
}

Result<Begun> Api::webhook(const HttpRequest& request) {
  return webhooks_.receive(request);
}

}  // namespace billing
