// SPDX-License-Identifier: Apache-2.0
#include "courier.hpp"

#include "expected.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace simulation {
namespace {

constexpr int no_answer = 0;
constexpr int taken = 200;

std::string event_of(const sandbox::WebhookPost& post) {
  return nlohmann::json::parse(post.body).at("id");
}

}  // namespace

/// Whatever ends it, Stripe hears of it: until then it sends nothing else.
class Courier::Visit {
 public:
  Visit(Courier& courier, const sandbox::WebhookPost& post) : courier_(courier), post_(post) {}
  ~Visit() { courier_.world_.webhook_answered(post_.id, {.status = status, .body = {}}); }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  int status = no_answer;

 private:
  Courier& courier_;
  const sandbox::WebhookPost& post_;
};

Courier::Courier(std::uint64_t seed, World& world, Tally& tally,
                 std::vector<std::string>& complaints)
    : chance_(seed),
      world_(world),
      tally_(tally),
      complaints_(complaints),
      unreachable_(one_in(10)) {
  const auto odds = [this](std::uint64_t often, std::uint64_t seldom) {
    return one_in(4) ? 0 : often + chance_.next() % (seldom - often + 1);
  };
  drop_odds_ = odds(2, 20);
  hold_odds_ = odds(2, 10);
  repeat_odds_ = odds(2, 20);
}

void Courier::step() {
  for (std::uint64_t most = 1 + chance_.next() % 12; most > 0; --most) {
    const auto post = world_.next_webhook();
    if (!post) break;
    take(*post);
  }
  if (one_in(2)) deliver_held();
  if (one_in(40) && repeat_odds_ != 0) ask_for_old();
}

void Courier::take(const sandbox::WebhookPost& post) {
  Visit visit(*this, post);
  if (unreachable_) return tally_.count("webhook-dropped");
  if (one_in(drop_odds_)) {
    visit.status = taken;
    return tally_.count("webhook-dropped");
  }
  if (!finishing_ && one_in(hold_odds_)) {
    visit.status = taken;
    return held_.push_back(post);
  }
  visit.status = deliver(post);
  if (!one_in(repeat_odds_)) return;
  tally_.count("webhook-repeated");
  if (one_in(2)) {
    deliver(post);
  } else {
    held_.push_back(post);
  }
}

void Courier::deliver_held() {
  for (std::uint64_t most = chance_.next() % 6; most > 0 && !held_.empty(); --most) {
    const std::size_t at = chance_.next() % held_.size();
    if (at != 0) tally_.count("webhook-reordered");
    const sandbox::WebhookPost post = std::move(held_[at]);
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(at));
    deliver(post);
  }
}

int Courier::deliver(const sandbox::WebhookPost& post) {
  const std::string event = event_of(post);
  const int status = world_.is_on() ? deliver(event, post) : no_answer;
  if (status != taken) {
    tally_.count("webhook-refused");
  } else {
    seen_.push_back(event);
  }
  return status;
}

int Courier::deliver(const std::string& event, const sandbox::WebhookPost& post) {
  const auto known = world_.inbox().find(billing::WebhookEventId(event));
  const bool done = known && *known && (*known)->state == billing::WebhookState::done;
  const std::int64_t calls_before = calls_;
  under_way_.push_back(event);
  billing::HttpRequest request{.method = "POST", .path = "/webhook", .body = post.body};
  for (const sandbox::HttpHeader& each : post.headers) {
    request.headers.push_back({each.name, each.value});
  }
  const billing::HttpResponse answer = world_.request(request);
  under_way_.pop_back();
  if (done && calls_ != calls_before) {
    complaints_.push_back(event + " was done, and done again when it came again");
  }
  return answer.status;
}

void Courier::vanish() {
  under_way_.clear();
}

void Courier::saw_call() {
  ++calls_;
  if (under_way_.empty()) return;
  const std::string& event = under_way_.back();
  const auto known = world_.inbox().find(billing::WebhookEventId(event));
  if (known && !*known && early_.insert(event).second) {
    complaints_.push_back(event + " is acted on and not on disk");
  }
}

/// Somebody presses "resend" in Stripe's dashboard.
void Courier::ask_for_old() {
  if (seen_.empty() || unreachable_) return;
  const std::string& event = seen_[chance_.next() % seen_.size()];
  const auto asked = world_.at_stripe("POST", "/v1/events/" + event + "/retry");
  if (asked.status == 404) return;  // Stripe keeps them for 30 days.
  expect(200, asked.status, asked.body, "send an event again");
  tally_.count("webhook-repeated");
}

void Courier::finish() {
  finishing_ = true;
  while (!held_.empty()) deliver_held();
  while (const auto post = world_.next_webhook()) take(*post);
}

}  // namespace simulation
