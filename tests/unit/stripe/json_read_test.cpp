// SPDX-License-Identifier: Apache-2.0
#include "stripe/json_read.hpp"

#include <doctest/doctest.h>

using billing::ErrorCode;
using billing::Result;
using billing::stripe::JsonValue;
using billing::stripe::read_json;

namespace {

Result<std::int64_t> integer_in(const std::string& text) {
  return read_json<std::int64_t>(text, [](const JsonValue& root) { return root["n"].integer(); });
}

}  // namespace

TEST_CASE("an integer is an integer and nothing that could be taken for one") {
  CHECK(integer_in(R"({"n":-5})") == -5);
  CHECK(integer_in(R"({"n":9223372036854775807})") == INT64_MAX);
  for (const std::string wrong : {"2.7", "2.0", "\"2\"", "true", "null", "9223372036854775808",
                                  "1e3", "[1]", "{}", "99999999999999999999"}) {
    CAPTURE(wrong);
    const auto read = integer_in(R"({"n":)" + wrong + "}");
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("what is wrong first is told with the path to it") {
  struct Pair {
    std::string a;
    std::string b;
  };
  const auto read = read_json<Pair>(R"({"list":[{"a":1}]})", [](const JsonValue& root) {
    const JsonValue first = root["list"].elements().front();
    return Pair{first["a"].text(), first["b"].text()};
  });
  REQUIRE_FALSE(read);
  CHECK(read.error().message == "list[0].a is number, not a text");
}

TEST_CASE(
    "an absent member and null are told apart from a wrong one only when they must be there") {
  const auto read = read_json<std::string>(R"({"x":null})", [](const JsonValue& root) {
    return root["x"].text_or_empty() + root["y"].text_or_empty() +
           std::to_string(root["z"].integer_or(7));
  });
  CHECK(read == "7");
}

TEST_CASE("an id is read from the id or from the expanded object") {
  const auto id = [](const std::string& text) {
    return read_json<std::string>(text, [](const JsonValue& root) { return root["c"].id(); });
  };
  CHECK(id(R"({"c":"cus_1"})") == "cus_1");
  CHECK(id(R"({"c":{"id":"cus_1","object":"customer"}})") == "cus_1");
  CHECK_FALSE(id(R"({"c":null})"));
}

TEST_CASE("what is not JSON, or not UTF-8, is corrupt") {
  for (const std::string text : {"", "<html>", "{\"n\":1", "{\"n\":\"\xFF\"}"}) {
    CHECK(integer_in(text).error().code == ErrorCode::corrupt);
  }
}
