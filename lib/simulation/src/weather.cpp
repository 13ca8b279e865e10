// SPDX-License-Identifier: Apache-2.0
#include "weather.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace simulation {
namespace {

using billing::HttpRequest;
using billing::HttpResponse;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

HttpResponse refusal(const VirtualClock& clock, int status, std::string_view type,
                     std::string_view code) {
  const auto now = billing::to_second(clock.true_now()).time_since_epoch().count();
  return {.status = status,
          .headers = {{"Content-Type", "application/json"},
                      {"Date", fmt::format("{:%a, %d %b %Y %T} GMT", fmt::gmtime(now))}},
          .body = fmt::format(R"({{"error":{{"type":"{}","code":"{}","message":"simulated"}}}})",
                              type, code)};
}

Passage instead_of_work(HttpResponse answer, bool works) {
  Passage passage;
  passage.instead = std::move(answer);
  passage.works = works;
  return passage;
}

bool signs_up(const HttpRequest& request) {
  return request.method == "POST" && request.path == "/v1/customers";
}

/// The sandbox's name of an operation whose errors Stripe stores under the key; empty for others.
std::string_view stored_operation(const HttpRequest& request) {
  if (request.method != "POST") return {};
  for (const std::string_view operation : {"POST /v1/customers", "POST /v1/checkout/sessions",
                                           "POST /v1/invoices", "POST /v1/invoiceitems"}) {
    if (operation.substr(5) == request.path) return operation;
  }
  for (const std::string_view operation :
       {"POST /v1/subscription_items/:id/usage_records", "POST /v1/invoices/:id/finalize",
        "POST /v1/invoices/:id/pay"}) {
    if (request.path.ends_with(operation.substr(operation.rfind('/')))) return operation;
  }
  return {};
}

Passage stored_500(std::string_view operation, bool after) {
  Passage passage;
  passage.fault = fmt::format(R"({{"operation":"{}","status":500,"stored":true,"after":{}}})",
                              operation, after);
  return passage;
}

}  // namespace

/// A kind of trouble that one call can meet: either a passage as it is, or made by a function.
struct Weather::Kind {
  std::string_view name;
  Network network = Network::carries;
  int status = 0;
  std::string_view code = {};    ///< Of a 429.
  std::string_view reason = {};  ///< Likewise.
  bool works = false;
  Trouble make = nullptr;
};

const std::vector<Weather::Kind>& Weather::kinds() {
  static const std::vector<Kind> all = {
      {.name = "connection-refused", .network = Network::refuses},
      {.name = "request-lost", .network = Network::loses_request},
      {.name = "answer-lost", .make = &Weather::lose_answer},
      {.name = "answer-lost", .make = &Weather::lose_answer},  // What is feared most comes twice.
      {.name = "request-late", .network = Network::delays},
      {.name = "answer-slow", .make = &Weather::answer_slowly},
      {.name = "call-timed-out", .make = &Weather::time_out},
      {.name = "500-unstored", .status = 500},
      {.name = "500-unstored-after-work", .status = 500, .works = true},
      {.name = "500-stored", .make = &Weather::store_500},
      {.name = "500-stored-after-work", .make = &Weather::store_500_after},
      {.name = "429-global-rate", .status = 429, .code = "rate_limit", .reason = "global-rate"},
      {.name = "429-endpoint-concurrency",
       .status = 429,
       .code = "rate_limit",
       .reason = "endpoint-concurrency"},
      {.name = "429-resource-specific",
       .status = 429,
       .code = "rate_limit",
       .reason = "resource-specific"},
      {.name = "429-lock-timeout", .status = 429, .code = "lock_timeout"}};
  return all;
}

Weather::Weather(std::uint64_t seed, VirtualClock& clock, Tally& tally)
    : chance_(seed), clock_(clock), tally_(tally) {
  for (std::size_t i = 0; i < kinds().size(); ++i) {
    if (!one_in(3)) enabled_.push_back(i);
  }
  // Zero for never.
  const auto odds = [this](std::uint64_t often, std::uint64_t seldom) {
    return one_in(4) ? 0 : often + chance_.next() % (seldom - often + 1);
  };
  trouble_odds_ = enabled_.empty() ? 0 : odds(3, 20);
  crash_odds_ = odds(1, 8);
  sync_odds_ = odds(20, 300);
  outage_odds_ = odds(20, 120);
  full_odds_ = odds(60, 300);
  date_odds_ = odds(60, 300);
}

milliseconds Weather::between(milliseconds from, milliseconds to) {
  return from + milliseconds(chance_.next() % static_cast<std::uint64_t>((to - from).count() + 1));
}

void Weather::heal() {
  healed_ = true;
  outage_until_ = billing::Moment::min();
  clock_.set_lead(milliseconds(0));
}

void Weather::turn() {
  if (one_in(outage_odds_) && !stripe_is_down()) begin_outage();
  if (one_in(full_odds_)) {
    disk_full_until_ = clock_.moment() + between(milliseconds(1), hours(1));
  }
  if (one_in(date_odds_)) set_date();
}

void Weather::begin_outage(billing::Moment until) {
  outage_ = static_cast<Outage>(chance_.next() % 4);
  outage_until_ = until;
}

void Weather::begin_outage() {
  switch (chance_.next() % 3) {
    case 0:
      tally_.count("outage-seconds");
      return begin_outage(clock_.moment() + between(seconds(1), seconds(60)));
    case 1:
      tally_.count("outage-hours");
      return begin_outage(clock_.moment() + between(hours(1), hours(12)));
    default:
      tally_.count("outage-days");
      return begin_outage(clock_.moment() + between(hours(24), hours(48)));
  }
}

void Weather::set_date() {
  if (one_in(3)) return clock_.set_lead(milliseconds(0));
  const milliseconds by =
      one_in(2) ? between(seconds(1), seconds(600)) : between(seconds(1), hours(48));
  const bool forward = one_in(2);
  tally_.count(forward ? "clock-set-forward" : "clock-set-back");
  clock_.set_lead(forward ? by : -by);
}

Passage Weather::passage(const HttpRequest& request, milliseconds timeout) {
  clock_.advance(std::min(between(milliseconds(5), milliseconds(250)), timeout));
  if (healed_) return {};
  if (stripe_is_down()) return outage(timeout);
  if (signs_up(request) && one_in(std::min<std::uint64_t>(trouble_odds_, 5))) {
    return lose_answer(request, timeout);
  }
  if (!one_in(trouble_odds_)) return {};
  const Kind& kind = kinds()[enabled_[chance_.next() % enabled_.size()]];
  if (kind.make != nullptr) return (this->*kind.make)(request, timeout);
  tally_.count(kind.name);
  if (kind.status == 0) return kind.network;
  HttpResponse answer = refusal(
      clock_, kind.status, kind.status == 429 ? "invalid_request_error" : "api_error", kind.code);
  if (!kind.reason.empty()) {
    answer.headers.push_back({"Stripe-Rate-Limited-Reason", std::string(kind.reason)});
  }
  return instead_of_work(std::move(answer), kind.works);
}

Passage Weather::outage(milliseconds timeout) {
  switch (outage_) {
    case Outage::refuses: return Network::refuses;
    case Outage::swallows: clock_.advance(timeout); return Network::loses_request;
    case Outage::loses_answers: clock_.advance(timeout); return Network::loses_answer;
    case Outage::breaks: break;
  }
  return instead_of_work(refusal(clock_, one_in(2) ? 500 : 503, "api_error", ""), one_in(4));
}

Passage Weather::lose_answer(const HttpRequest& request, milliseconds) {
  tally_.count("answer-lost");
  if (signs_up(request)) tally_.count("sign-up-answer-lost");
  if ((request.path.ends_with("/usage_records") || signs_up(request)) && one_in(8)) {
    // The worst of all: it was done, nobody knows, and the key is forgotten before anyone can ask.
    tally_.count("answer-lost-then-days-outage");
    outage_ = Outage::refuses;
    outage_until_ = clock_.moment() + between(hours(25), hours(48));
  }
  return Network::loses_answer;
}

Passage Weather::answer_slowly(const HttpRequest&, milliseconds timeout) {
  tally_.count("answer-slow");
  clock_.advance(between(milliseconds(250), timeout));
  return Network::carries;
}

Passage Weather::time_out(const HttpRequest&, milliseconds timeout) {
  tally_.count("call-timed-out");
  clock_.advance(timeout);
  return one_in(2) ? Network::loses_request : Network::loses_answer;
}

Passage Weather::store_500(const HttpRequest& request, milliseconds) {
  const std::string_view operation = stored_operation(request);
  if (operation.empty()) return {};
  tally_.count("500-stored");
  return stored_500(operation, /*after=*/false);
}

Passage Weather::store_500_after(const HttpRequest& request, milliseconds) {
  const std::string_view operation = stored_operation(request);
  if (operation.empty()) return {};
  tally_.count("500-stored-after-work");
  return stored_500(operation, /*after=*/true);
}

Fate Weather::fate(Effect effect, std::string_view) {
  if (healed_) return Fate::happens;
  // Per effect, so that each of them is where a machine dies now and then.
  std::uint64_t rarity = 0;
  std::string_view point;
  switch (effect) {
    case Effect::create: rarity = 3, point = "crash-disk-create"; break;
    case Effect::write: rarity = 800, point = "crash-disk-write"; break;
    case Effect::sync: rarity = 120, point = "crash-disk-sync"; break;
    case Effect::remove: rarity = 3, point = "crash-disk-remove"; break;
    case Effect::truncate: return Fate::happens;
  }
  if (one_in(crash_odds_ * rarity)) {
    tally_.count(point);
    return one_in(2) ? Fate::dies_before : Fate::dies_after;
  }
  if (effect == Effect::write && clock_.moment() < disk_full_until_) {
    tally_.count("disk-full");
    return Fate::fails;
  }
  if (effect == Effect::sync && one_in(sync_odds_)) {
    const bool done = one_in(2);
    tally_.count(done ? "commit-answer-lost" : "sync-failed");
    return done ? Fate::happens_but_fails : Fate::fails;
  }
  return Fate::happens;
}

bool Weather::dies(std::string_view point) {
  const std::uint64_t rarity = point == "between-steps" ? 1 : point == "sleep" ? 10 : 60;
  if (healed_ || !one_in(crash_odds_ * rarity)) return false;
  tally_.count(fmt::format("crash-{}", point));
  return true;
}

}  // namespace simulation
