// SPDX-License-Identifier: Apache-2.0
#include "stripe/http_date.hpp"

#include <doctest/doctest.h>

using billing::Second;
using billing::stripe::parse_http_date;

TEST_CASE("an HTTP date is read as UTC to the second") {
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") ==
        Second(std::chrono::seconds(784111777)));
  CHECK(parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT") ==
        Second(std::chrono::seconds(1709251199)));
}

TEST_CASE("what is no HTTP date is none") {
  for (const std::string text :
       {"", "yesterday", "Sun, 06 Nov 1994 08:49:37", "2024-02-29T00:00:00Z",
        "Sun, 06 Nov 1994 08:49:37 CET", "Thu, 31 Feb 2024 00:00:00 GMT"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text));
  }
}
