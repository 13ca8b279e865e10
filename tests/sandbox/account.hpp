// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sandbox/sandbox.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace sandbox_test {

using Json = nlohmann::json;
/// Parameters as they are sent, before percent-encoding.
using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::int64_t hour = 3600;
constexpr std::int64_t day = 24 * hour;
// 2023-01-31 12:00:00 UTC, and the ends of the months after it.
constexpr std::int64_t january_31 = 1'675'166'400;
constexpr std::int64_t february_28 = january_31 + 28 * day;
constexpr std::int64_t march_31 = february_28 + 31 * day;

struct Answer {
  int status = 0;
  Json body{};
  std::string text{};
  std::vector<sandbox::HttpHeader> headers{};
  sandbox::Delivery delivery = sandbox::Delivery::whole;

  /// Empty when there is none.
  std::string header(const std::string& name) const;
  const Json& error() const { return body.at("error"); }
};

/// A stand-in with a clock that only the test moves, and one account of it to talk to.
class Account {
 public:
  /// With a clock that only the test moves, whatever the options say of it.
  explicit Account(sandbox::Options options = {.now = {}, .seed = 1});

  Answer send(const std::string& method, const std::string& target, const std::string& body = {},
              const std::vector<sandbox::HttpHeader>& headers = {});
  Answer post(const std::string& path, const Fields& fields = {}, const std::string& key = {});
  Answer get(const std::string& path, const Fields& fields = {});
  Answer remove(const std::string& path);
  /// As a browser does it: a form, no key.
  Answer submit(const std::string& path, const Fields& fields);
  Answer order_fault(const Json& fault);

  /// What a test needs to begin with; each fails the test unless Stripe would answer 200.
  std::string product(const std::string& name = "/dev/chat Pair Coding");
  std::string metered_price(const std::string& product);
  std::string licensed_price(const std::string& product, const std::string& amount = "2000");
  std::string customer(const std::string& email = "ada@example.com");
  /// Extra fields come after those that every session needs.
  Json session(const std::string& customer, const std::string& price, const Fields& extra = {});
  /// Pays the session on its page; gives the subscription.
  Json pay(const std::string& session, const std::string& card = "4242424242424242");
  /// A subscription to a new metered price, paid by a new customer.
  Json metered_subscription();

  std::int64_t now = 1'700'000'000;
  std::string key = "sk_test_sandbox";
  /// Sent with each call; none when empty.
  std::string version;

  std::int64_t clock_offset() const { return sandbox_.clock_offset(); }
  /// What happens while a call is stalled.
  std::function<void(std::chrono::milliseconds)> meanwhile;
  sandbox::Sandbox& sandbox() { return sandbox_; }

 private:
  std::vector<sandbox::HttpHeader> headers() const;

  sandbox::Sandbox sandbox_;
};

std::string encoded(const Fields& fields);
/// What a person types, with this card.
Fields card_form(const std::string& number);
std::string item_of(const Json& subscription);

}  // namespace sandbox_test
