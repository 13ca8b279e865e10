// SPDX-License-Identifier: Apache-2.0
#include "settings/environment.hpp"

#include <doctest/doctest.h>

using billing::ErrorCode;
using billing::apps::Environment;
using billing::apps::Origin;
using billing::apps::parse_env_file;
using billing::apps::Setting;

namespace {

/// The value of the only line, or what is wrong with it.
std::string value_of(const std::string& line) {
  const auto parsed = parse_env_file(line, ".env");
  if (!parsed) return "error: " + parsed.error().message;
  return parsed->empty() ? "nothing" : parsed->begin()->second.value;
}

}  // namespace

TEST_CASE("a .env line is a name and a value, with or without export, quotes and comments") {
  CHECK(value_of("PORT=4242") == "4242");
  CHECK(value_of("  export PORT=4242  ") == "4242");
  CHECK(value_of("export\tPORT=4242\r") == "4242");
  CHECK(value_of("PORT = 4242") == "4242");
  CHECK(value_of("PORT=4242 # the usual one") == "4242");
  CHECK(value_of("KEY=a#b") == "a#b");
  CHECK(value_of("KEY=a=b=") == "a=b=");
  CHECK(value_of("KEY=two words") == "two words");
  CHECK(value_of("KEY=") == "");
  CHECK(value_of("KEY= # nothing") == "");
  CHECK(value_of("exporter=x") == "x");
  CHECK(value_of("\xEF\xBB\xBFKEY=x") == "x");
}

TEST_CASE("single quotes take a value as it stands, double quotes know escapes") {
  CHECK(value_of("KEY=' a # \\n $x '") == " a # \\n $x ");
  CHECK(value_of("KEY=\"a\\n\\t\\\"\\\\\\$ \\d\" # said") == "a\n\t\"\\$ \\d");
}

TEST_CASE("blank lines and comments say nothing") {
  for (const std::string line : {"", "   ", "# PORT=1", "  # x", "\n\n\r\n"}) {
    CHECK(value_of(line) == "nothing");
  }
}

TEST_CASE("a line that can't be read is named by file and number, and not quoted") {
  for (const std::string bad :
       {"sk_test_secret", "1X=sk_test_secret", "=sk_test_secret", "A B=sk_test_secret",
        "KEY=\"sk_test_secret", "KEY='x' sk_test_secret"}) {
    CAPTURE(bad);
    const auto parsed = parse_env_file("A=1\n\n" + bad + "\nB=2\n", "conf/.env");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ErrorCode::invalid);
    CHECK(parsed.error().message.starts_with("conf/.env:3 "));
    CHECK(parsed.error().message.find("secret") == std::string::npos);
  }
}

TEST_CASE("of several lines for one name the last wins, and says where it stands") {
  const auto parsed = parse_env_file("A=1\nA=2\n", ".env");
  REQUIRE(parsed);
  CHECK(parsed->at("A").value == "2");
  CHECK(parsed->at("A").place == ".env:2");
}

TEST_CASE("the process's environment wins over the file, even when it is empty") {
  const auto said = [](std::string value) { return Setting{std::move(value), Origin::file, ""}; };
  const Environment environment({{"A", said("process")}, {"B", said("")}},
                                {{"A", said("file")}, {"B", said("file")}, {"C", said("file")}});
  CHECK(environment.find("A")->value == "process");
  CHECK_FALSE(environment.find("B"));
  CHECK(environment.find("C")->value == "file");
  CHECK_FALSE(environment.find("D"));
}
