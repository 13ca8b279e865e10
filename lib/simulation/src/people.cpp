// SPDX-License-Identifier: Apache-2.0
#include "people.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace simulation {
namespace {

using nlohmann::json;

constexpr std::size_t people_max = 8;

std::string text_at(const std::string& body, const char* field) {
  const json parsed = json::parse(body, nullptr, false);
  return parsed.is_object() && parsed.contains(field) ? parsed.at(field).get<std::string>() : "";
}

bool signed_up(const Person& person) {
  return !person.customer.empty();
}
bool new_here(const Person& person) {
  return person.customer.empty();
}
bool on_demand(const Person& person) {
  return person.subscribed && person.on_demand;
}
bool gone(const Person& person) {
  return !person.subscribed && person.on_demand;
}

}  // namespace

People::People(std::uint64_t seed, World& world, const Weather& weather, Tally& tally,
               std::vector<std::string>& complaints)
    : chance_(seed),
      world_(world),
      tally_(tally),
      complaints_(complaints),
      presses_(seed * 31 + 1, world, weather, tally, complaints),
      cancels_(one_in(2)) {}

void People::settle_in() {
  for (int i = 0; i < 2; ++i) {
    come();
    sign_up(people_.back());
    buy(people_.back(), true);
    billing::require(people_.back().subscribed);
  }
}

void People::act() {
  const auto press = [this](const Person* person) {
    if (person != nullptr) presses_.click(person->customer);
  };
  Person* person = nullptr;
  switch (chance_.next() % 24) {
    case 0:
      if (people_.size() < people_max) come();
      if ((person = somebody(new_here))) sign_up(*person);
      return;
    case 1:
    case 2:
      person = somebody([](const Person& each) { return signed_up(each) && !each.subscribed; });
      if (person != nullptr) buy(*person, !one_in(3));
      return;
    case 3:
      if ((person = somebody(signed_up))) look(*person);
      return;
    case 4:
      if ((person = somebody(signed_up))) sign_in_again(*person);
      return;
    case 5:
      person = somebody([](const Person& each) { return signed_up(each) && each.bad_card; });
      if (person != nullptr) mend_card(*person);
      return;
    case 6:
      if (!cancels_ || !one_in(4)) return;
      person = somebody([](const Person& each) { return each.subscribed; });
      if (person != nullptr) cancel(*person);
      return;
    case 7: return press(somebody(gone));
    case 23:
      person = somebody([](const Person& each) { return each.subscribed || each.bought > 0; });
      if (person != nullptr) presses_.register_workshop(person->customer);
      return;
    case 8:
    case 9:
    case 10:
    case 11:
    case 12: return presses_.send_again();
    case 13:
    case 14:
    case 15:
      if ((person = somebody(on_demand)) == nullptr) return;
      tally_.count("double-click");
      press(person);
      return press(person);
    default: press(somebody(on_demand));
  }
}

Person* People::somebody(const std::function<bool(const Person&)>& who) {
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

/// On another device, with the address as a phone writes it.
void People::sign_in_again(const Person& person) {
  if (!world_.is_on()) return;
  const std::string name = person.email.substr(0, person.email.find('@'));
  const json body = {{"email", "  " + name + "@EXAMPLE.com "}};
  const auto answer = world_.request({.method = "POST", .path = "/users", .body = body.dump()});
  if (answer.status == 200 && text_at(answer.body, "id") != person.customer) {
    complaints_.push_back(fmt::format("{} is {} and was then {}", person.email, person.customer,
                                      text_at(answer.body, "id")));
  }
}

void People::buy(Person& person, bool on_demand) {
  if (!world_.is_on()) return;
  const auto offered = world_.request({.method = "GET", .path = "/offerings"});
  const json offerings = json::parse(offered.body, nullptr, false);
  if (offered.status != 200 || offerings.at("pairCode").is_null()) return;
  const char* price = on_demand ? "onDemandPrice" : "monthlyPrice";
  const json wanted = {{"price", offerings.at("pairCode").at(price).at("id")}};
  const auto opened = world_.request({.method = "POST",
                                      .path = "/offerings/paircode",
                                      .query = {{"user_id", person.customer}},
                                      .body = wanted.dump()});
  if (opened.status == 409) person.subscribed = true;  // So they are told.
  if (opened.status != 200) return;
  // The checkout page is Stripe's own, and works.
  const bool bad_card = one_in(4);
  const auto session =
      world_.pay(text_at(opened.body, "url"), bad_card ? card_that_declines_later : good_card);
  if (!session) return;  // They began anew in another window meanwhile.
  if (++person.bought > 1) tally_.count("bought-again");
  person.subscribed = true;
  person.on_demand = on_demand;
  person.bad_card = bad_card;
  person.mended = person.mended && !bad_card;
  // Some never come back: they close the window when they have paid.
  if (one_in(3)) return;
  world_.request({.method = "GET",
                  .path = "/users",
                  .query = {{"user_id", person.customer}, {"session_id", *session}}});
}

void People::look(Person& person) {
  if (!world_.is_on()) return;
  const auto answer =
      world_.request({.method = "GET", .path = "/users", .query = {{"user_id", person.customer}}});
  if (answer.status != 200) return;
  const json user = json::parse(answer.body).at("user");
  if (user.contains("subscription") && user.at("subscription").at("status") == "canceled") {
    person.subscribed = false;
  }
  if (!one_in(3) || !world_.is_on()) return;
  world_.request({.method = "GET", .path = "/users/bill", .query = {{"user_id", person.customer}}});
}

void People::cancel(Person& person) {
  if (one_in(4)) {
    world_.cancel_at_stripe(person.customer);  // Asked for by mail, and done in the Dashboard.
  } else {
    const auto page = world_.is_on() ? world_.open_portal(person.customer) : std::nullopt;
    if (!page) return;
    world_.cancel_in_portal(*page, person.customer);
  }
  tally_.count("subscription-canceled");
  person.subscribed = false;
}

void People::mend_card(Person& person) {
  const auto page = world_.is_on() ? world_.open_portal(person.customer) : std::nullopt;
  if (!page) return;
  world_.add_card_in_portal(*page);
  tally_.count("card-fixed");
  person.bad_card = false;
  person.mended = true;
}

}  // namespace simulation
