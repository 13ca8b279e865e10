// SPDX-License-Identifier: Apache-2.0
#include <billing/curl_transport.hpp>

#include <doctest/doctest.h>

using billing::CurlTransport;
using billing::ErrorCode;

TEST_CASE("Stripe is reached over https, or http on this machine") {
  for (const std::string base :
       {"https://api.stripe.com", "https://api.stripe.com/", "https://stripe.example:8443",
        "http://127.0.0.1:12111", "http://127.1.2.3", "http://localhost:1", "http://[::1]:12111"}) {
    CAPTURE(base);
    CHECK(CurlTransport::open(base, "sk_test_1"));
  }
}

TEST_CASE("any other base is refused") {
  for (const std::string base :
       {"", "api.stripe.com", "http://api.stripe.com", "http://127.0.0.1.example.com",
        "http://127.evil", "http://127.0.0.1@example.com", "http://localhost.example.com",
        "ftp://127.0.0.1", "file:///etc/passwd", "https://user:secret@api.stripe.com",
        "https://api.stripe.com/v1", "https://api.stripe.com?x=y", "https://api.stripe.com#x",
        "http://0.0.0.0:12111"}) {
    CAPTURE(base);
    const auto transport = CurlTransport::open(base, "sk_test_1");
    REQUIRE_FALSE(transport);
    CHECK(transport.error().code == ErrorCode::invalid);
  }
}

TEST_CASE("a live key goes to Stripe's own host only") {
  for (const std::string key : {"sk_live_1", "rk_live_1"}) {
    CHECK(CurlTransport::open("https://api.stripe.com", key));
    CHECK(CurlTransport::open("https://api.stripe.com:443", key));
    CHECK_FALSE(CurlTransport::open("https://api.stripe.com:8443", key));
    CHECK_FALSE(CurlTransport::open("https://stripe.example", key));
    CHECK_FALSE(CurlTransport::open("http://127.0.0.1:12111", key));
  }
}

TEST_CASE("a key that would break the header is refused, and not shown") {
  for (const std::string key : {"", "sk_test_1\r\nX: y", "sk test", "sk_test_1\n"}) {
    const auto transport = CurlTransport::open("https://api.stripe.com", key);
    REQUIRE_FALSE(transport);
    CHECK(transport.error().message.find("sk") == std::string::npos);
  }
}
