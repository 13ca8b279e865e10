// SPDX-License-Identifier: Apache-2.0

// How many calls a second the stand-in answers in process, on one core; and what a call takes with
// 100,000 customers against 100.

#include "sandbox/sandbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t few = 100;
constexpr std::size_t many = 100'000;
constexpr std::size_t block = 100;
constexpr std::size_t blocks = 201;
constexpr std::size_t calls = 20'000;

using Clock = std::chrono::steady_clock;
using Requests = std::vector<sandbox::HttpRequest>;

sandbox::HttpRequest request(const char* method, std::string target, std::string body = {}) {
  return {.method = method,
          .target = std::move(target),
          .headers = {{"Host", "127.0.0.1:12111"},
                      {"Authorization", "Bearer sk_test_sandbox"},
                      {"Content-Type", "application/x-www-form-urlencoded"}},
          .body = std::move(body)};
}

std::string send(sandbox::Sandbox& stripe, const sandbox::HttpRequest& request) {
  sandbox::HttpResponse answer = stripe.handle(request);
  if (answer.status != 200) {
    fmt::print(stderr, "bench_sandbox: {}\n", answer.body);
    std::exit(1);
  }
  return std::move(answer.body);
}

std::string id_in(const std::string& body, const std::string& prefix) {
  const auto begin = body.find("\"id\":\"" + prefix) + 6;
  return body.substr(begin, body.find('"', begin) - begin);
}

std::string email(std::size_t number) {
  return fmt::format("user-{}%40example.com", number);
}

sandbox::Options options() {
  return {.now = [] { return std::int64_t{1'700'000'000}; }, .seed = 1};
}

sandbox::HttpRequest creation(std::size_t number) {
  return request("POST", "/v1/customers", "name=Ada+Lovelace&email=" + email(number));
}

/// A stand-in with so many customers.
struct Filled {
  explicit Filled(std::size_t count) {
    while (ids.size() < count) {
      ids.push_back(id_in(send(stripe, creation(ids.size())), "cus_"));
    }
  }

  sandbox::Sandbox stripe{options()};
  std::vector<std::string> ids{};
};

double microseconds_each(sandbox::Sandbox& stripe, const Requests& requests) {
  const auto began = Clock::now();
  for (const sandbox::HttpRequest& each : requests) send(stripe, each);
  const std::chrono::duration<double, std::micro> took = Clock::now() - began;
  return took.count() / static_cast<double>(requests.size());
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

using RequestOf = std::function<sandbox::HttpRequest(const Filled&, std::size_t)>;

/// Blocks with few and with many customers in turns.
void compare(const char* what, const RequestOf& request_of) {
  Filled crowded(many);
  std::vector<double> with_few;
  std::vector<double> with_many;
  for (std::size_t i = 0; i < blocks; ++i) {
    Filled lonely(few);
    const auto measured = [&](Filled& filled) {
      Requests requests;
      for (std::size_t n = 0; n < block; ++n) {
        requests.push_back(request_of(filled, (i * block + n) * 7919 % filled.ids.size()));
      }
      return microseconds_each(filled.stripe, requests);
    };
    with_few.push_back(measured(lonely));
    with_many.push_back(measured(crowded));
  }
  const double less = median(with_few);
  const double more = median(with_many);
  fmt::print("| {} | {:.1f} | {:.1f} | {:.2f} |\n", what, less, more, more / less);
}

void rate(const char* what, sandbox::Sandbox& stripe, const Requests& requests) {
  std::vector<double> each;
  for (int round = 0; round < 7; ++round) each.push_back(microseconds_each(stripe, requests));
  fmt::print("| {} | {:.0f} |\n", what, 1e6 / median(each));
}

}  // namespace

int main() {
  sandbox::Sandbox stripe(options());
  const std::string product =
      id_in(send(stripe, request("POST", "/v1/products", "name=Pairs")), "prod_");
  const std::string terms = "currency=usd&unit_amount=2000&recurring[interval]=month&product=";
  const std::string price =
      id_in(send(stripe, request("POST", "/v1/prices", terms + product)), "price_");
  Requests creations;
  for (std::size_t n = 0; n < calls; ++n) creations.push_back(creation(n));
  fmt::print("| in process, one core | calls/s |\n|---|---|\n");
  rate("customer create", stripe, creations);
  rate("price get", stripe, Requests(calls, request("GET", "/v1/prices/" + price)));

  fmt::print("\n| in process, µs a call | 100 customers | 100,000 | ratio |\n|---|---|---|---|\n");
  compare("create", [](const Filled&, std::size_t n) { return creation(n); });
  compare("retrieve", [](const Filled& filled, std::size_t n) {
    return request("GET", "/v1/customers/" + filled.ids[n]);
  });
  compare("list by e-mail", [](const Filled&, std::size_t n) {
    return request("GET", "/v1/customers?email=" + email(n));
  });
}
