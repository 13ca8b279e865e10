// SPDX-License-Identifier: Apache-2.0
#include "form.hpp"

#include "error.hpp"

#include <charconv>
#include <optional>

namespace sandbox {
namespace {

constexpr std::size_t depth_max = 8;
constexpr std::size_t parameters_max = 1000;

std::optional<char> byte_of(std::string_view two_digits) {
  unsigned value = 0;
  const char* end = two_digits.data() + two_digits.size();
  const auto [stop, error] = std::from_chars(two_digits.data(), end, value, 16);
  if (two_digits.size() != 2 || error != std::errc{} || stop != end) return std::nullopt;
  return static_cast<char>(value);
}

// `a[b][]` becomes a, b and an empty name. A key with unbalanced brackets is a plain name, which
// no schema knows.
std::vector<std::string_view> path_of(std::string_view key) {
  const auto open = key.find('[');
  if (open == std::string_view::npos || open == 0) return {key};
  std::vector<std::string_view> path{key.substr(0, open)};
  for (std::string_view rest = key.substr(open); !rest.empty();) {
    const auto close = rest.find(']');
    if (rest.front() != '[' || close == std::string_view::npos) return {key};
    path.push_back(rest.substr(1, close - 1));
    rest.remove_prefix(close + 1);
  }
  return path;
}

Form& named(Form& parent, std::string_view name) {
  for (auto& [key, form] : parent.children) {
    if (key == name) return form;
  }
  return parent.children.emplace_back(std::string(name), Form{}).second;
}

// `a[]=1&a[]=2` are two elements; `a[][x]=1&a[][y]=2` is one, until a key comes twice.
Form& element(Form& array, std::string_view next) {
  if (!next.empty() && !array.children.empty()) {
    Form& last = array.children.back().second;
    if (last.child(next) == nullptr) return last;
  }
  return array.children.emplace_back(std::to_string(array.children.size()), Form{}).second;
}

void put(Form& root, std::string_view key, std::string value) {
  const auto path = path_of(key);
  if (path.size() > depth_max) {
    throw Refusal{.message = "Invalid request: the parameters are nested too deeply.",
                  .executed = false};
  }
  Form* node = &root;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::string_view next = i + 1 < path.size() ? path[i + 1] : std::string_view{};
    node = path[i].empty() && i > 0 ? &element(*node, next) : &named(*node, path[i]);
  }
  node->value = std::move(value);
}

}  // namespace

const Form* Form::child(std::string_view name) const {
  for (const auto& [key, form] : children) {
    if (key == name) return &form;
  }
  return nullptr;
}

std::string_view Form::text(std::string_view name) const {
  const Form* found = child(name);
  return found == nullptr ? std::string_view{} : std::string_view(found->value);
}

void parse_form(std::string_view encoded, Form& into) {
  std::size_t count = 0;
  while (!encoded.empty()) {
    const std::string_view pair = encoded.substr(0, encoded.find('&'));
    encoded.remove_prefix(std::min(encoded.size(), pair.size() + 1));
    if (pair.empty()) continue;
    if (++count > parameters_max) {
      throw Refusal{.message = "Invalid request: too many parameters.", .executed = false};
    }
    const auto equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    put(into, percent_decoded(pair.substr(0, equals), true), percent_decoded(value, true));
  }
}

std::string percent_decoded(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? byte_of(text.substr(i + 1, 2)) : std::nullopt;
    if (byte) {
      decoded += *byte;
      i += 2;
    } else {
      decoded += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace sandbox
