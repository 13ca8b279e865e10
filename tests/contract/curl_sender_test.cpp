// SPDX-License-Identifier: Apache-2.0
#include <billing/curl_sender.hpp>

#include "client_worlds.hpp"
#include "support/canned_server.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using billing::CurlSender;
using billing::ErrorCode;
using billing::HttpRequest;
using billing::HttpResponse;
using billing::Result;
using billing::tests::CannedServer;
using billing::tests::SandboxProcess;

namespace {

constexpr std::size_t at_once = 512;

HttpRequest sandbox_request(const std::string& method, const std::string& path,
                            const std::string& body = {}) {
  return {.method = method,
          .path = path,
          .headers = {{"Authorization", "Bearer sk_test_contract"},
                      {"Content-Type", "application/x-www-form-urlencoded"}},
          .body = body};
}

/// A sender, and what has ended of what it was given.
struct Sending {
  explicit Sending(const std::string& url)
      : sender(CurlSender::open(url, "sk_test_1", at_once, clock).value()) {}

  void start(HttpRequest request, std::chrono::milliseconds timeout = 10s) {
    const std::size_t number = outcomes.size();
    outcomes.emplace_back();
    sender->start(std::move(request), timeout, [this, number](Result<HttpResponse> outcome) {
      CHECK_FALSE(outcomes[number]);
      outcomes[number] = std::move(outcome);
      ++ended;
    });
  }

  void run_until_ended(std::size_t count) {
    const auto give_up = clock.moment() + 30s;
    while (ended < count && clock.moment() < give_up) sender->run(1s);
    REQUIRE(ended >= count);
  }

  Result<HttpResponse> ask(HttpRequest request, std::chrono::milliseconds timeout = 10s) {
    start(std::move(request), timeout);
    run_until_ended(outcomes.size());
    return *outcomes.back();
  }

  ErrorCode failure_of(const std::string& method, std::chrono::milliseconds timeout = 10s) {
    const auto outcome = ask(sandbox_request(method, "/v1/account"), timeout);
    REQUIRE_FALSE(outcome);
    return outcome.error().code;
  }

  billing::SystemClock clock;
  std::vector<std::optional<Result<HttpResponse>>> outcomes;
  std::size_t ended = 0;
  std::unique_ptr<CurlSender> sender;
};

std::string body_of(const Sending& sending, std::size_t number) {
  const auto& outcome = sending.outcomes[number];
  REQUIRE((outcome && *outcome));
  return (*outcome)->body;
}

}  // namespace

TEST_CASE("the sender refuses the bases and keys that the transport refuses") {
  const billing::SystemClock clock;
  CHECK_FALSE(CurlSender::open("http://example.com", "sk_test_1", at_once, clock));
  CHECK_FALSE(CurlSender::open("http://127.0.0.1:1/v1", "sk_test_1", at_once, clock));
  CHECK_FALSE(CurlSender::open("http://127.0.0.1:1", "sk_live_1", at_once, clock));
  CHECK_FALSE(CurlSender::open("https://api.stripe.com", "sk test", at_once, clock));
}

TEST_CASE("the sender's answer of any status is a success") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Sending sending(sandbox.url());
  const auto right = sending.ask(sandbox_request("GET", "/v1/account"));
  REQUIRE(right);
  CHECK(right->status == 200);
  const auto wrong = sending.ask({.method = "GET", .path = "/v1/account"});
  REQUIRE(wrong);
  CHECK(wrong->status == 401);
  CHECK(billing::header(wrong->headers, "Request-Id"));
}

TEST_CASE("the sender keeps nothing of one request for the next") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Sending sending(sandbox.url());
  for (int round = 0; round < 3; ++round) {
    const auto made =
        sending.ask(sandbox_request("POST", "/v1/customers", "email=a%40example.com"));
    REQUIRE(made);
    CHECK(made->status == 200);
    const auto read = sending.ask(sandbox_request("GET", "/v1/account"));
    REQUIRE(read);
    CHECK(read->status == 200);
    CHECK(read->body.find("acct_") != std::string::npos);
  }
}

TEST_CASE("where nobody listens the sender's request can't have left, whatever it was") {
  Sending sending("http://127.0.0.1:1");
  CHECK(sending.failure_of("GET") == ErrorCode::unavailable);
  CHECK(sending.failure_of("POST") == ErrorCode::unavailable);
}

TEST_CASE("the sender's write without a whole answer may have happened") {
  const CannedServer closing("");
  CHECK(Sending(closing.url()).failure_of("POST") == ErrorCode::outcome_unknown);
  CHECK(Sending(closing.url()).failure_of("GET") == ErrorCode::unavailable);
  const CannedServer half("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":");
  CHECK(Sending(half.url()).failure_of("POST") == ErrorCode::outcome_unknown);
}

TEST_CASE("silence ends at its own timeout, each request by itself") {
  const CannedServer silent("", CannedServer::Manner::stays_silent);
  Sending sending(silent.url());
  sending.start(sandbox_request("POST", "/v1/account"), 20s);
  sending.start(sandbox_request("POST", "/v1/account"), 200ms);
  sending.start(sandbox_request("GET", "/v1/account"), 100ms);
  sending.run_until_ended(2);
  CHECK_FALSE(sending.outcomes[0]);
  REQUIRE((sending.outcomes[1] && !*sending.outcomes[1]));
  CHECK(sending.outcomes[1]->error().code == ErrorCode::outcome_unknown);
  REQUIRE((sending.outcomes[2] && !*sending.outcomes[2]));
  CHECK(sending.outcomes[2]->error().code == ErrorCode::timed_out);
}

TEST_CASE("hundreds at once are answered, each its own") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Sending sending(sandbox.url());
  constexpr std::size_t count = 400;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string email = "n" + std::to_string(i) + "%40example.com";
    sending.start(sandbox_request("POST", "/v1/customers", "email=" + email), 30s);
  }
  sending.run_until_ended(count);
  for (std::size_t i = 0; i < count; ++i) {
    CHECK(body_of(sending, i).find("n" + std::to_string(i) + "@example.com") != std::string::npos);
  }
}

TEST_CASE("what has ended may start the next") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Sending sending(sandbox.url());
  int answers = 0;
  CurlSender::Done next = [&](const Result<HttpResponse>& outcome) {
    CHECK(outcome);
    if (++answers < 20) sending.sender->start(sandbox_request("GET", "/v1/account"), 10s, next);
  };
  sending.sender->start(sandbox_request("GET", "/v1/account"), 10s, next);
  const auto give_up = sending.clock.moment() + 30s;
  while (answers < 20 && sending.clock.moment() < give_up) sending.sender->run(1s);
  CHECK(answers == 20);
}

TEST_CASE("a wake ends the wait, one that came before it too") {
  Sending sending("http://127.0.0.1:1");
  const auto began = sending.clock.moment();
  sending.sender->wake();
  sending.sender->run(60s);
  std::atomic<bool> waiting = false;
  {
    const std::jthread waker([&] {
      while (!waiting) std::this_thread::yield();
      sending.sender->wake();
    });
    waiting = true;
    sending.sender->run(60s);
  }
  CHECK(sending.clock.moment() - began < 50s);
}

TEST_CASE("a sender that goes with requests under way calls nobody") {
  const CannedServer silent("", CannedServer::Manner::stays_silent);
  Sending sending(silent.url());
  for (int i = 0; i < 3; ++i) sending.start(sandbox_request("POST", "/v1/account"));
  sending.sender->run(10ms);
  sending.sender.reset();
  CHECK(sending.ended == 0);
}
