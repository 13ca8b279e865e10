// SPDX-License-Identifier: Apache-2.0
#include "http/doors.hpp"

#include <doctest/doctest.h>

#include <string>

namespace billing::apps {
namespace {

const Doors doors{.own_names = loopback_names(4242),
                  .allowed_origins = {"http://localhost:3000"},
                  .open_paths = {"/webhook"}};

HttpRequest knock(const std::string& method, const std::string& host, const std::string& origin,
                  const std::string& path = "/users") {
  HttpRequest request{.method = method, .path = path};
  if (!host.empty()) request.headers.push_back({"Host", host});
  if (!origin.empty()) request.headers.push_back({"Origin", origin});
  return request;
}

bool comes_in(const HttpRequest& request) {
  return !refusal(doors, request).has_value();
}

}  // namespace

TEST_CASE("A request has to call the server by a name of its own") {
  CHECK(comes_in(knock("GET", "localhost:4242", "")));
  CHECK(comes_in(knock("GET", "LOCALHOST:4242", "")));
  CHECK(comes_in(knock("GET", "127.0.0.1:4242", "")));
  CHECK(comes_in(knock("GET", "[::1]:4242", "")));
  for (const char* host : {"", "evil.example", "evil.example:4242", "localhost", "localhost:4243",
                           "localhost:4242.evil.example"}) {
    CAPTURE(host);
    CHECK_FALSE(comes_in(knock("GET", host, "")));
  }
}

TEST_CASE(
    "A write from a page of another site is refused, and one from nowhere or from us is not") {
  CHECK(comes_in(knock("POST", "localhost:4242", "")));
  CHECK(comes_in(knock("POST", "localhost:4242", "http://localhost:4242")));
  CHECK(comes_in(knock("POST", "localhost:4242", "http://localhost:3000")));
  for (const char* origin : {"http://evil.example", "null", "http://localhost:4243",
                             "http://localhost:4242.evil.example", "file://"}) {
    CAPTURE(origin);
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
      CHECK_FALSE(comes_in(knock(method, "localhost:4242", origin)));
    }
    CHECK(comes_in(knock("GET", "localhost:4242", origin)));
  }
}

TEST_CASE("A webhook may come from anywhere and by any name, and nothing else may") {
  CHECK(comes_in(knock("POST", "localhost:4242", "http://evil.example", "/webhook")));
  CHECK(comes_in(knock("POST", "tunnel.example", "", "/webhook")));
  for (const char* path : {"/", "/webhook/", "/webhook/x", "/webhooks", "/users"}) {
    CHECK_FALSE(comes_in(knock("POST", "tunnel.example", "", path)));
    CHECK_FALSE(comes_in(knock("GET", "tunnel.example", "", path)));
  }
}

TEST_CASE("Only an allowed origin's page may read answers") {
  CHECK(cors_headers(doors, knock("GET", "localhost:4242", "http://localhost:3000")).size() == 4);
  CHECK(cors_headers(doors, knock("GET", "localhost:4242", "http://evil.example")).empty());
  CHECK(cors_headers(doors, knock("GET", "localhost:4242", "")).empty());
}

TEST_CASE("A base address is scheme and authority, and nothing behind them") {
  CHECK(parse_base_url("http://localhost:4242")->authority == "localhost:4242");
  CHECK(parse_base_url("http://localhost:4242/")->host == "localhost");
  CHECK(parse_base_url("http://[::1]:80")->host == "[::1]");
  CHECK(parse_base_url("https://Example.com")->host == "example.com");
  for (const char* url : {"", "localhost", "ftp://a", "http://", "http://a/b", "http://a?b",
                          "http://u@a", "javascript:alert(1)"}) {
    CAPTURE(url);
    CHECK_FALSE(parse_base_url(url).has_value());
  }
}

}  // namespace billing::apps
