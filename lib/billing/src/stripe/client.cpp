// SPDX-License-Identifier: Apache-2.0
#include <billing/stripe_client.hpp>

#include "stripe/form.hpp"
#include "stripe/http_date.hpp"
#include "stripe/json_read.hpp"
#include "stripe/retry.hpp"
#include "stripe/stripe_error.hpp"
#include "stripe/usage_records.hpp"

#include <fmt/format.h>

namespace billing::stripe {
namespace {

bool write(const HttpRequest& request) {
  return request.method != "GET";
}

Observation observation(Severity severity, std::string_view what, const HttpRequest& request,
                        const Error& error) {
  Observation seen{
      .severity = severity,
      .what = what,
      .facts = {{"method", request.method}, {"path", request.path}, {"error", error.message}}};
  if (error.stripe) {
    seen.facts.emplace_back("status", fmt::format("{}", error.stripe->status));
    seen.facts.emplace_back("request_id", error.stripe->request_id);
    seen.facts.emplace_back("stripe_said", error.stripe->message);
  }
  return seen;
}

bool succeeded(const Result<HttpResponse>& outcome) {
  return outcome && outcome->status >= 200 && outcome->status < 300;
}

Error error_of_outcome(const HttpRequest& request, const Result<HttpResponse>& outcome) {
  return outcome ? error_of(request, *outcome) : outcome.error();
}

}  // namespace

Client::Client(HttpTransport& transport, Clock& clock, Entropy& entropy, Observer& observer,
               Settings settings)
    : transport_(transport),
      clock_(clock),
      entropy_(entropy),
      observer_(observer),
      settings_(std::move(settings)) {}

// 32 of 62 characters: 190 bits, more than a random UUID has.
IdempotencyKey Client::fresh_key() {
  return IdempotencyKey(entropy_.letters(32));
}

std::chrono::seconds Client::clock_lead() const {
  const auto there = now_at_stripe();
  return there ? std::chrono::round<std::chrono::seconds>(clock_.now() - *there)
               : std::chrono::seconds(0);
}

Result<Account> Client::account(Call call) {
  return get("/v1/account", {}, call).and_then([](const HttpResponse& response) {
    return read_json<Account>(response.body, [](const JsonValue& account) {
      return Account{.id = AccountId(account["id"].text())};
    });
  });
}

Result<HttpResponse> Client::get(std::string path, Parameters query, const Call& call) {
  return request(reading(std::move(path), std::move(query)), call);
}

Result<HttpResponse> Client::post(std::string path, const Parameters& form,
                                  const IdempotencyKey& key, const Call& call) {
  return request(writing(std::move(path), form, key), call);
}

Result<void> Client::remove(std::string path, const Call& call) {
  HttpRequest removing;
  removing.method = "DELETE";
  removing.path = std::move(path);
  const auto response = request(std::move(removing), call);
  const bool gone_before = !response && response.error().code == ErrorCode::not_found;
  if (response || gone_before) return {};
  return tl::unexpected(response.error());
}

HttpRequest Client::reading(std::string path, Parameters query) {
  HttpRequest reading;
  reading.method = "GET";
  reading.path = std::move(path);
  reading.query = std::move(query);
  return reading;
}

HttpRequest Client::writing(std::string path, const Parameters& form, const IdempotencyKey& key) {
  HttpRequest writing;
  writing.method = "POST";
  writing.path = std::move(path);
  writing.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                     {"Idempotency-Key", key.text()}};
  writing.body = form_encoded(form);
  return writing;
}

std::function<Result<HttpResponse>(Parameters)> Client::pager(std::string path, const Call& call) {
  return [this, path = std::move(path), call, start = clock_.moment()](Parameters query) {
    Call rest = call;
    rest.budget -= clock_.moment() - start;
    return get(path, std::move(query), rest);
  };
}

HttpRequest Client::signed_with_key(HttpRequest request) const {
  request.headers.push_back({"Authorization", "Bearer " + settings_.secret_key});
  request.headers.push_back({"Stripe-Version", settings_.api_version});
  request.headers.push_back({"User-Agent", "billing/" BILLING_VERSION});
  return request;
}

Result<HttpResponse> Client::request(HttpRequest unsigned_request, const Call& call) {
  const HttpRequest request = signed_with_key(std::move(unsigned_request));
  const Moment deadline = clock_.moment() + call.budget;
  bool in_doubt = false;
  for (int tries = 1;; ++tries) {
    wait_for_turn(deadline);
    const Result<HttpResponse> outcome = try_once(request, deadline - clock_.moment());
    if (succeeded(outcome)) return outcome;

    in_doubt = in_doubt || (write(request) && leaves_doubt(outcome));
    const auto pause = pause_after(tries, entropy_);
    if (!worth_retrying(outcome) || tries >= call.tries_max ||
        clock_.moment() + pause >= deadline) {
      return tl::unexpected(give_up(request, outcome, in_doubt));
    }
    observer_.observe(observation(Severity::info, "stripe_call_retried", request,
                                  error_of_outcome(request, outcome)));
    clock_.sleep_for(pause);
  }
}

/// What a call that is not tried again has failed with. `in_doubt` if any of its tries may have
/// done the work.
Error Client::give_up(const HttpRequest& request, const Result<HttpResponse>& outcome,
                      bool in_doubt) {
  Error error = error_of_outcome(request, outcome);
  // An earlier try may have done the work, and only a final answer to the write itself could
  // settle that: that this try met a closed door, or a key that was revoked meanwhile, doesn't.
  const bool settles = !worth_retrying(outcome) && error.code != ErrorCode::denied;
  if (in_doubt && !settles) error.code = ErrorCode::outcome_unknown;
  observer_.observe(observation(Severity::warning, "stripe_call_failed", request, error));
  return error;
}

/// At most until the deadline, after which there is no time to ask.
void Client::wait_for_turn(Moment deadline) {
  if (settings_.limit == nullptr) return;
  const auto left = deadline - clock_.moment();
  auto wait = settings_.limit->take();
  if (wait >= left) {
    // Calls that are never made must not make others wait: where more and more come, all would.
    settings_.limit->give_back();
    wait = left;
  }
  if (wait.count() > 0) clock_.sleep_for(wait);
}

Result<HttpResponse> Client::try_once(const HttpRequest& request,
                                      std::chrono::milliseconds timeout) {
  if (timeout <= std::chrono::milliseconds(0)) {
    return failure(ErrorCode::unavailable, fmt::format("{} {}: no time was left to ask Stripe",
                                                       request.method, request.path));
  }
  Result<HttpResponse> outcome = send(request, timeout);
  hear(request, outcome);
  return outcome;
}

Result<HttpResponse> Client::send(const HttpRequest& request, std::chrono::milliseconds timeout) {
  return transport_.send(request, timeout);
}

/// Of every outcome, once: learns the time from it, or lets a failure say what was asked.
void Client::hear(const HttpRequest& request, Result<HttpResponse>& outcome) {
  if (outcome) return learn_time(*outcome);
  outcome.error().message =
      fmt::format("{} {}: {}", request.method, request.path, outcome.error().message);
}

/// Of what is not tried again: the answer, if it is a success.
Result<HttpResponse> Client::heard_once(const HttpRequest& request, Result<HttpResponse> answer) {
  hear(request, answer);
  if (succeeded(answer)) return answer;
  return tl::unexpected(give_up(request, answer, write(request) && leaves_doubt(answer)));
}

HttpRequest Client::usage_record_request(const NewUsageRecord& record,
                                         const IdempotencyKey& key) const {
  return signed_with_key(writing(usage_records_path(record.item), usage_record_form(record), key));
}

Result<UsageRecord> Client::usage_record_of(const ItemId& item, Result<HttpResponse> answer) {
  const HttpRequest request{.method = "POST", .path = usage_records_path(item)};
  return heard_once(request, std::move(answer)).and_then(read_usage_record);
}

void Client::learn_time(const HttpResponse& response) {
  const auto text = header(response.headers, "Date");
  if (const std::optional<Second> date = text ? parse_http_date(*text) : std::nullopt) {
    time_.learn(*date, clock_.moment());
  }
}

}  // namespace billing::stripe
