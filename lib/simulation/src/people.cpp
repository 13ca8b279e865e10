// SPDX-License-Identifier: Apache-2.0
#include "people.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace simulation {
namespace {

using nlohmann::json;
using std::chrono::hours;

constexpr std::size_t people_max = 8;

std::string text_at(const std::string& body, const char* field) {
  const json parsed = json::parse(body, nullptr, false);
  return parsed.is_object() && parsed.contains(field) ? parsed.at(field).get<std::string>() : "";
}

/// Whether the answer says, for good, that Stripe refused the click.
bool refused_by_stripe(const billing::HttpResponse& answer) {
  return answer.status == 409 && answer.body.find("usage_refused") != std::string::npos;
}

}  // namespace

People::People(std::uint64_t seed, World& world, const Weather& weather, Tally& tally,
               std::vector<std::string>& complaints)
    : chance_(seed),
      world_(world),
      weather_(weather),
      tally_(tally),
      complaints_(complaints),
      cancels_(one_in(4)) {}

void People::settle_in() {
  for (int i = 0; i < 2; ++i) {
    come();
    sign_up(people_.back());
    buy(people_.back());
    billing::require(people_.back().subscribed);
  }
}

void People::act() {
  const auto signed_up = [](const Person& each) { return !each.customer.empty(); };
  const auto new_here = [](const Person& each) { return each.customer.empty(); };
  const auto subscribed = [](const Person& each) { return each.subscribed; };
  const auto unsubscribed = [&](const Person& each) { return signed_up(each) && !each.subscribed; };
  switch (chance_.next() % 16) {
    case 0:
      if (people_.size() < people_max) come();
      if (Person* person = somebody(new_here)) sign_up(*person);
      return;
    case 1:
      if (Person* person = somebody(unsubscribed)) buy(*person);
      return;
    case 2:
      if (Person* person = somebody(signed_up)) look(*person);
      return;
    case 3:
    case 4:
    case 5:
    case 6: return send_again();
    case 7:
      if (!cancels_ || !one_in(8)) return;
      if (Person* person = somebody(subscribed)) cancel(*person);
      return;
    case 8:
    case 9:
      if (Person* person = somebody(subscribed)) {
        tally_.count("double-click");
        click(*person);
        click(*person);
      }
      return;
    default:
      if (Person* person = somebody(subscribed)) click(*person);
  }
}

People::Person* People::somebody(const std::function<bool(const Person&)>& who) {
  std::vector<Person*> such;
  for (Person& each : people_) {
    if (who(each)) such.push_back(&each);
  }
  return such.empty() ? nullptr : such[chance_.next() % such.size()];
}

void People::come() {
  people_.push_back({.email = fmt::format("person{}@example.com", people_.size())});
}

void People::sign_up(Person& person) {
  if (!world_.is_on()) return;
  const auto answer = world_.request(
      {.method = "POST", .path = "/users", .body = json{{"email", person.email}}.dump()});
  if (answer.status == 200) person.customer = text_at(answer.body, "id");
}

void People::buy(Person& person) {
  if (!world_.is_on()) return;
  const auto offered = world_.request({.method = "GET", .path = "/offerings"});
  const json offerings = json::parse(offered.body, nullptr, false);
  if (offered.status != 200 || offerings.at("pairCode").is_null()) return;
  const json wanted = {{"price", offerings.at("pairCode").at("onDemandPrice").at("id")}};
  const auto opened = world_.request({.method = "POST",
                                      .path = "/offerings/paircode",
                                      .query = {{"user_id", person.customer}},
                                      .body = wanted.dump()});
  if (opened.status != 200) return;
  // The checkout page is Stripe's own, and works.
  const auto session = world_.pay(text_at(opened.body, "url"));
  if (!session) return;  // They began anew in another window meanwhile.
  person.subscribed = true;
  // Some never come back: they close the window when they have paid.
  if (one_in(3)) return;
  world_.request({.method = "GET",
                  .path = "/users",
                  .query = {{"user_id", person.customer}, {"session_id", *session}}});
}

void People::look(const Person& person) {
  if (!world_.is_on()) return;
  world_.request({.method = "GET", .path = "/users", .query = {{"user_id", person.customer}}});
}

void People::cancel(Person& person) {
  for (const std::string& item : world_.cancel_at_stripe(person.customer)) {
    ended_items_.insert(item);
  }
  tally_.count("subscription-canceled");
  person.subscribed = false;
}

void People::click(const Person& person) {
  clicks_.push_back({.customer = person.customer,
                     .key = fmt::format("click-{}", clicks_.size()),
                     .at = world_.clock().moment()});
  Click& made = clicks_.back();
  send(made);
  if (one_in(10)) {
    tally_.count("click-sent-twice");
    send(made);
  }
}

void People::send_again() {
  if (clicks_.empty()) return;
  Click& again = clicks_[chance_.next() % clicks_.size()];
  const auto age = world_.clock().moment() - again.at;
  tally_.count(age > hours(25) ? "retry-after-25-hours" : "retry-within-hours");
  send(again);
}

void People::send(Click& click) {
  if (!world_.is_on()) return tally_.count("click-while-machine-off");
  if (weather_.stripe_is_down()) tally_.count("click-while-stripe-down");
  const billing::HttpResponse answer = world_.click(click.customer, click.key);
  const bool final = answer.status == 200 || refused_by_stripe(answer);
  if (!click.settled.empty() && answer.status < 500 && answer.body != click.settled) {
    complaints_.push_back(fmt::format("{} was answered {} and then {} {}", click.key, click.settled,
                                      answer.status, answer.body));
  }
  if (final && click.settled.empty()) click.settled = answer.body;
  if (final || answer.status == 202) click.acknowledged = true;
}

void People::ask_again() {
  for (Click& click : clicks_) {
    if (!click.acknowledged && !one_in(3)) send(click);
  }
}

void People::check_answers() {
  for (Click& click : clicks_) {
    if (click.acknowledged) send(click);
  }
}

}  // namespace simulation
