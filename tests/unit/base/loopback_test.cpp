// SPDX-License-Identifier: Apache-2.0
#include <billing/loopback.hpp>

#include <doctest/doctest.h>

namespace billing {

TEST_CASE("Loopback is told from names that only look like it") {
  for (const char* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"}) {
    CAPTURE(host);
    CHECK(is_loopback(host));
  }
  for (const char* host : {"", "0.0.0.0", "::", "10.0.0.1", "127.0.0.1.evil.example", "127.evil",
                           "127.0.0", "127.0.0.1.2", "127.0.0.256", "localhost.evil"}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback(host));
  }
}

}  // namespace billing
