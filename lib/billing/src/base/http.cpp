// SPDX-License-Identifier: Apache-2.0
#include <billing/http.hpp>

#include <algorithm>

namespace billing {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::optional<std::string> header(const std::vector<HttpHeader>& headers, std::string_view name) {
  for (const HttpHeader& each : headers) {
    if (std::ranges::equal(each.name, name, {}, lower, lower)) return each.value;
  }
  return std::nullopt;
}

std::optional<std::string> parameter(const Parameters& parameters, std::string_view name) {
  for (const auto& [each, value] : parameters) {
    if (each == name) return value;
  }
  return std::nullopt;
}

}  // namespace billing
