// SPDX-License-Identifier: Apache-2.0
#include "cli/table.hpp"

#include <doctest/doctest.h>

using billing::apps::printable;
using billing::apps::Style;
using billing::apps::Table;
using billing::apps::Terminal;
using billing::apps::wrapped;

namespace {

Table three_columns() {
  Table table({"ID", "STATE", "KEY"});
  table.add({{"price_1234"}, {"created", Style::good}, {"a-long-lookup-key"}});
  table.add({{"p"}, {"ok"}, {""}});
  return table;
}

}  // namespace

TEST_CASE("where there is room each row is one line, and no line ends in blanks") {
  CHECK(three_columns().render(Terminal{}) ==
        "ID          STATE    KEY\n"
        "price_1234  created  a-long-lookup-key\n"
        "p           ok\n");
}

TEST_CASE("where there is none the last columns go below, whole and in every row") {
  CHECK(three_columns().render(Terminal{.width = 24}) ==
        "ID          STATE\n"
        "    KEY\n"
        "price_1234  created\n"
        "    a-long-lookup-key\n"
        "p           ok\n");
}

TEST_CASE("colour marks a cell and takes no room") {
  const std::string text = three_columns().render(Terminal{.colour = true});
  CHECK(text.find("price_1234  \x1b[32mcreated\x1b[0m  a-long") != std::string::npos);
}

TEST_CASE("prose is broken at blanks, and a word that fits nowhere is left whole") {
  CHECK(wrapped("one two three", 11, 4) == "one two\n    three");
  CHECK(wrapped("https://dashboard.stripe.com is long", 12, 4) ==
        "https://dashboard.stripe.com\n    is long");
  CHECK(wrapped("one two three", static_cast<std::size_t>(-1), 4) == "one two three");
}

TEST_CASE("text from elsewhere can't command the terminal") {
  CHECK(printable("a\x1b[31mb\r\n\x7f\xC2\x9B"
                  "c") == "a?[31mb????c");
  CHECK(printable("3 \xC3\x97 caf\xC3\xA9") == "3 \xC3\x97 caf\xC3\xA9");
}
