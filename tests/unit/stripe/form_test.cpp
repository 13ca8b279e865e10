// SPDX-License-Identifier: Apache-2.0
#include "stripe/form.hpp"

#include <doctest/doctest.h>

using billing::stripe::form_encoded;
using billing::stripe::percent_encoded;

TEST_CASE("a form keeps its order, repeats names and leaves brackets readable") {
  CHECK(form_encoded({{"expand[]", "a"}, {"expand[]", "b"}, {"line_items[0][price]", "price_1"}}) ==
        "expand[]=a&expand[]=b&line_items[0][price]=price_1");
}

TEST_CASE("a form without parameters is empty") {
  CHECK(form_encoded({}).empty());
}

TEST_CASE("whatever could end or split a value is percent-encoded in it") {
  CHECK(form_encoded({{"name", "a&b=c d+e%f#g"}}) == "name=a%26b%3Dc%20d%2Be%25f%23g");
  CHECK(form_encoded({{"metadata[x]", "[1]"}}) == "metadata[x]=%5B1%5D");
}

TEST_CASE("bytes above ASCII are encoded one by one") {
  CHECK(percent_encoded("caf\xC3\xA9") == "caf%C3%A9");
}

TEST_CASE("an encoded path segment can't leave its segment") {
  CHECK(percent_encoded("../customers/x?y") == "..%2Fcustomers%2Fx%3Fy");
}
