// SPDX-License-Identifier: Apache-2.0
#include <billing/ids.hpp>

#include <doctest/doctest.h>

#include <string>

namespace billing {

TEST_CASE("An id from a client is its prefix, then letters and digits, and nothing else") {
  CHECK(parse_customer_id("cus_Ab09", "user_id").has_value());
  CHECK(parse_price_id("price_1abc", "price").has_value());
  CHECK(parse_checkout_session_id("cs_test_a1B2", "session_id").has_value());
  CHECK(parse_checkout_session_id("cs_live_a1B2", "session_id").has_value());
  for (const std::string text :
       {"", "cus_", "cus", "CUS_1", "../customers/x", "cus_1/../x", "cus_1?x", "cus_1%2F", "cus_ 1",
        "cus_1\n", "price_1", "cus_a_b"}) {
    CAPTURE(text);
    const auto result = parse_customer_id(text, "user_id");
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::invalid);
    CHECK(result.error().message.find("user_id") != std::string::npos);
  }
  CHECK_FALSE(parse_customer_id(std::string("cus_1\0x", 7), "user_id").has_value());
  CHECK_FALSE(parse_customer_id("cus_" + std::string(252, 'a'), "user_id").has_value());
}

}  // namespace billing
