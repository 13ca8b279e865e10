// SPDX-License-Identifier: Apache-2.0
#include "presses.hpp"

#include <fmt/format.h>

namespace simulation {
namespace {

/// Whether the answer says, for good, that Stripe refused the press.
bool refused_by_stripe(const billing::HttpResponse& answer) {
  return answer.status == 409 && answer.body.find("usage_refused") != std::string::npos;
}

}  // namespace

void Presses::click(const std::string& customer) {
  presses_.push_back({.customer = customer,
                      .key = fmt::format("click-{}", presses_.size()),
                      .at = world_.clock().moment()});
  Press& made = presses_.back();
  send(made);
  if (one_in(10)) {
    tally_.count("click-sent-twice");
    send(made);
  }
}

void Presses::register_workshop(const std::string& customer) {
  presses_.push_back({.customer = customer,
                      .key = fmt::format("workshop-{}", presses_.size()),
                      .attendees = 1 + static_cast<std::int64_t>(chance_.next() % 100),
                      .at = world_.clock().moment()});
  Press& made = presses_.back();
  tally_.count("workshop");
  send(made);
  if (one_in(4)) {
    tally_.count("workshop-sent-twice");
    send(made);
  }
}

void Presses::send_again() {
  if (presses_.empty()) return;
  Press& again = presses_[chance_.next() % presses_.size()];
  const auto age = world_.clock().moment() - again.at;
  tally_.count(age > std::chrono::hours(25) ? "retry-after-25-hours" : "retry-within-hours");
  send(again);
}

void Presses::send(Press& press) {
  if (!world_.is_on()) return tally_.count("click-while-machine-off");
  if (weather_.stripe_is_down()) tally_.count("click-while-stripe-down");
  note_time(press);
  const billing::HttpResponse answer =
      press.attendees == 0 ? world_.click(press.customer, press.key)
                           : world_.register_workshop(press.customer, press.key, press.attendees);
  const bool final = answer.status == 200 || refused_by_stripe(answer);
  if (!press.settled.empty() && answer.status < 500 && answer.body != press.settled) {
    complaints_.push_back(fmt::format("{} was answered {} and then {} {}", press.key, press.settled,
                                      answer.status, answer.body));
  }
  if (final && press.settled.empty()) press.settled = answer.body;
  if (final || answer.status == 202) press.acknowledged = true;
}

/// Whoever answers may die of it: only the next time can be known whether it was recorded before.
void Presses::note_time(Press& press) {
  if (press.recorded) return;
  const auto row =
      world_.ledger().find(billing::CustomerId(press.customer), billing::IdempotencyKey(press.key));
  press.recorded = row && *row;
  if (!press.recorded) press.heard_at = world_.clock().moment();
}

void Presses::ask_again() {
  for (Press& press : presses_) {
    if (!press.acknowledged && !one_in(3)) send(press);
  }
}

void Presses::check_answers() {
  for (Press& press : presses_) {
    if (press.acknowledged) send(press);
  }
}

}  // namespace simulation
