// SPDX-License-Identifier: Apache-2.0
#include "client_worlds.hpp"
#include "support/canned_server.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using billing::CurlTransport;
using billing::ErrorCode;
using billing::HttpRequest;
using billing::tests::CannedServer;
using billing::tests::ClientWorld;
using billing::tests::OverSocket;

namespace {

HttpRequest account_request(const std::string& method) {
  HttpRequest request;
  request.method = method;
  request.path = "/v1/account";
  return request;
}

billing::Result<billing::HttpResponse> ask(const CannedServer& server, const std::string& method,
                                           std::chrono::milliseconds timeout = 5s) {
  return CurlTransport::open(server.url(), "sk_test_1")
      .value()
      ->send(account_request(method), timeout);
}

ErrorCode failure_of(const CannedServer& server, const std::string& method,
                     std::chrono::milliseconds timeout = 5s) {
  const auto response = ask(server, method, timeout);
  REQUIRE_FALSE(response);
  return response.error().code;
}

}  // namespace

TEST_CASE("where nobody listens the request can't have left, whatever it was") {
  // Port 1 is reserved, and nothing on a test machine listens there.
  const auto transport = CurlTransport::open("http://127.0.0.1:1", "sk_test_1").value();
  for (const std::string method : {"GET", "POST"}) {
    const auto response = transport->send(account_request(method), 2s);
    REQUIRE_FALSE(response);
    CHECK(response.error().code == ErrorCode::unavailable);
  }
}

TEST_CASE("an answer of any status is a successful send") {
  ClientWorld<OverSocket> world;
  const auto response = world.way.transport().send(account_request("GET"), 2s);
  REQUIRE(response);
  CHECK(response->status == 401);
  CHECK(billing::header(response->headers, "Request-Id"));
}

TEST_CASE("a write without an answer may have happened, a read without one changed nothing") {
  const CannedServer silent("", CannedServer::Manner::stays_silent);
  CHECK(failure_of(silent, "POST", 100ms) == ErrorCode::outcome_unknown);
  CHECK(failure_of(silent, "GET", 100ms) == ErrorCode::timed_out);
  const CannedServer closing("");
  CHECK(failure_of(closing, "POST") == ErrorCode::outcome_unknown);
  CHECK(failure_of(closing, "GET") == ErrorCode::unavailable);
}

TEST_CASE("a write that died with its connection may have happened, though nobody listens now") {
  const CannedServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                            CannedServer::Manner::goes_after_second_request);
  const auto transport = CurlTransport::open(server.url(), "sk_test_1").value();
  REQUIRE(transport->send(account_request("POST"), 5s));
  const auto response = transport->send(account_request("POST"), 5s);
  REQUIRE_FALSE(response);
  REQUIRE(server.requests() == 2);
  // libcurl sent it again, on a new connection, and tells of that one's refusal.
  REQUIRE(response.error().message.find("connect") != std::string::npos);
  CHECK(response.error().code == ErrorCode::outcome_unknown);
  CHECK_MESSAGE(transport->send(account_request("POST"), 5s).error().code == ErrorCode::unavailable,
                "the next one never leaves");
}

TEST_CASE("half an answer is no answer") {
  const CannedServer half("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":");
  CHECK(failure_of(half, "POST") == ErrorCode::outcome_unknown);
}

TEST_CASE("a redirect is an answer and is not followed") {
  const CannedServer elsewhere(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  const auto response = ask(elsewhere, "GET");
  REQUIRE(response);
  CHECK(response->status == 302);
}

TEST_CASE("headers before the answer's own are forgotten, and blanks around a value dropped") {
  const CannedServer continuing(
      "HTTP/1.1 100 Continue\r\nDate: early\r\n\r\n"
      "HTTP/1.1 200 OK\r\nDate: \t late \r\nContent-Length: 2\r\n\r\n{}");
  const auto response = ask(continuing, "POST");
  REQUIRE(response);
  CHECK(billing::header(response->headers, "date") == "late");
  CHECK(response->body == "{}");
}

TEST_CASE("an answer beyond all measure is cut off") {
  const CannedServer endless("HTTP/1.1 200 OK\r\n\r\n" + std::string(9 * 1024 * 1024, ' '));
  CHECK(failure_of(endless, "GET") == ErrorCode::unavailable);
}

TEST_CASE("many threads share one transport, each answer reaching its own caller") {
  ClientWorld<OverSocket> world;
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 10; ++i) {
          const std::string email = "t" + std::to_string(thread) + "." + std::to_string(i) + "@x.y";
          const auto customer = world.client.create_customer(email, "green", world.key());
          if (customer && customer->email == email) ++right;
        }
      });
    }
  }
  CHECK(right == 80);
}
