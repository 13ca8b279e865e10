// SPDX-License-Identifier: Apache-2.0
#include "error.hpp"
#include "money.hpp"
#include "schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace sandbox {
namespace {

constexpr std::size_t metadata_keys_max = 50;
constexpr std::size_t metadata_key_length_max = 40;
constexpr std::size_t metadata_value_length_max = 500;

Refusal mistyped(std::string message, std::string_view path, std::string_view code = {}) {
  return {.code = std::string(code),
          .message = std::move(message),
          .param = std::string(path),
          .executed = false};
}

std::string below(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}[{}]", path, name);
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::int64_t integer_in(const std::string& text, std::string_view path) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end) {
    throw mistyped("Invalid integer: " + text, path, "parameter_invalid_integer");
  }
  return value;
}

std::string text_in(const Field& field, const std::string& value, std::string_view path) {
  if (value.size() > field.length_max && characters(value) > field.length_max) {
    throw mistyped(
        fmt::format("Invalid string: {}...{}; must be at most {} characters", value.substr(0, 3),
                    value.substr(value.size() - 3), field.length_max),
        path);
  }
  return value;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

std::string currency_in(const std::string& value, std::string_view path) {
  std::string currency = lower(value);
  if (currency_supported(currency)) return currency;
  throw mistyped(fmt::format("Invalid currency: {}. Stripe currently supports these currencies: {}",
                             value, supported_currencies()),
                 path);
}

std::string choice_in(const Field& field, const std::string& value, std::string_view path) {
  const auto& choices = field.choices;
  if (std::ranges::find(choices, value) != choices.end()) return value;
  std::string list = choices.front();
  for (std::size_t i = 1; i < choices.size(); ++i) {
    const bool last = i + 1 == choices.size();
    list += fmt::format("{}{}{}", choices.size() > 2 ? "," : "", last ? " or " : " ", choices[i]);
  }
  throw mistyped(fmt::format("Invalid {}: must be one of {}", path, list), path);
}

std::string url_in(const Field& field, const std::string& value, std::string_view path) {
  // Only http and https: a `javascript:` link must never reach a page.
  const std::string head = lower(value.substr(0, 8));
  const std::size_t scheme = head.starts_with("https://") ? 8 : head.starts_with("http://") ? 7 : 0;
  const bool clean = std::ranges::none_of(
      value, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127; });
  if (scheme == 0 || value.size() == scheme || value[scheme] == '/' || !clean) {
    throw mistyped("Not a valid URL", path, "url_invalid");
  }
  return text_in(field, value, path);
}

std::string email_in(const std::string& value, std::string_view path) {
  const auto at = value.find('@');
  const bool clean = std::ranges::none_of(
      value, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127; });
  if (at == 0 || at == std::string::npos || at + 1 == value.size() || value.size() > 512 ||
      value.find('@', at + 1) != std::string::npos || !clean) {
    throw mistyped("Invalid email address: " + value, path, "email_invalid");
  }
  return value;
}

Json integer_kind(const Field& field, const std::string& text, std::string_view path) {
  const std::int64_t value = integer_in(text, path);
  if (field.kind == Kind::positive && value < 1) {
    throw mistyped("Invalid positive integer", path, "parameter_invalid_integer");
  }
  if (field.kind != Kind::integer && value < 0) {
    throw mistyped("Invalid non-negative integer", path, "parameter_invalid_integer");
  }
  return value;
}

Json metadata_in(const Form& form, std::string_view path) {
  Json metadata = Json::object();
  if (form.children.size() > metadata_keys_max) {
    throw mistyped("Metadata can have up to 50 keys", path);
  }
  for (const auto& [key, child] : form.children) {
    if (characters(key) > metadata_key_length_max) {
      throw mistyped(fmt::format("Metadata keys can have up to 40 characters, but you passed in a "
                                 "key that is {} characters. Invalid key: {}",
                                 characters(key), key),
                     path);
    }
    if (child.nested()) throw mistyped("Invalid string: metadata values must be strings", path);
    if (characters(child.value) > metadata_value_length_max) {
      throw mistyped(fmt::format("Metadata values can have up to 500 characters, but you passed in "
                                 "a value that is {} characters. Invalid value: {}",
                                 characters(child.value), child.value),
                     below(path, key));
    }
    metadata[key] = child.value;
  }
  return metadata;
}

Json strings_in(const Form& form, std::string_view path) {
  Json strings = Json::object();
  for (const auto& [key, child] : form.children) {
    if (child.nested()) throw mistyped("Invalid string", below(path, key));
    strings[key] = child.value;
  }
  return strings;
}

Json object_in(const Schema& schema, const Form& form, std::string_view path, Version version);

Json range_in(const Form& form, std::string_view path) {
  if (!form.nested()) return integer_in(form.value, path);
  Json range = Json::object();
  for (const auto& [name, child] : form.children) {
    range[name] = integer_in(child.value, below(path, name));
  }
  return range;
}

Json array_in(const Field& field, const Form& form, const std::string& path, Version version) {
  if (!form.nested()) throw mistyped("Invalid array", path);
  Json array = Json::array();
  for (const auto& [name, child] : form.children) {
    const std::string at = below(path, std::to_string(array.size()));
    if (child.nested() != (field.kind == Kind::objects)) {
      throw mistyped(child.nested() ? "Invalid string" : "Invalid object", at);
    }
    array.push_back(child.nested() ? object_in(field.fields, child, at, version)
                                   : Json(text_in(field, child.value, at)));
  }
  return array;
}

Json scalar_in(const Field& field, const std::string& value, std::string_view path) {
  switch (field.kind) {
    case Kind::url: return url_in(field, value, path);
    case Kind::email: return email_in(value, path);
    case Kind::currency: return currency_in(value, path);
    case Kind::choice: return choice_in(field, value, path);
    case Kind::decimal:
      if (!decimal_valid(value)) throw mistyped("Invalid decimal: " + value, path);
      return decimal_normal(value);
    case Kind::flag:
      if (value == "true" || value == "false") return value == "true";
      throw mistyped("Invalid boolean: " + value, path);
    case Kind::integer:
    case Kind::whole:
    case Kind::positive:
    case Kind::moment: return integer_kind(field, value, path);
    case Kind::now_or_moment:
      return value == "now" ? Json(value) : integer_kind(field, value, path);
    case Kind::metadata:
    case Kind::strings:
    case Kind::object: throw mistyped("Invalid object", path);
    default: return text_in(field, value, path);
  }
}

// Integers have no "empty": Stripe calls an empty quantity an invalid integer.
bool integral(Kind kind) {
  return kind == Kind::integer || kind == Kind::whole || kind == Kind::positive ||
         kind == Kind::moment || kind == Kind::now_or_moment;
}

Json value_in(const Field& field, const Form& form, const std::string& path, Version version) {
  if (field.kind == Kind::unemulated) throw not_emulated(path, path);
  if (!form.nested() && form.value.empty() && (field.emptyable || !integral(field.kind))) {
    if (field.emptyable) return nullptr;
    throw mistyped(
        fmt::format("You passed an empty string for '{0}'. We assume empty values are an "
                    "attempt to unset a parameter; however '{0}' cannot be unset. You "
                    "should remove '{0}' from your request or supply a non-empty value.",
                    path),
        path, "parameter_invalid_empty");
  }
  switch (field.kind) {
    case Kind::range: return range_in(form, path);
    case Kind::texts:
    case Kind::objects: return array_in(field, form, path, version);
    case Kind::metadata:
      if (form.nested()) return metadata_in(form, path);
      break;
    case Kind::strings:
      if (form.nested()) return strings_in(form, path);
      break;
    case Kind::object:
      if (form.nested()) return object_in(field.fields, form, path, version);
      break;
    default:
      if (form.nested()) throw mistyped("Invalid string", path);
  }
  return scalar_in(field, form.value, path);
}

Json object_in(const Schema& schema, const Form& form, std::string_view path, Version version) {
  Json object = Json::object();
  for (const Field& field : schema) {
    if (!field.in.has(version)) continue;
    const std::string at = below(path, field.name);
    if (const Form* child = form.child(field.name)) {
      object[field.name] = value_in(field, *child, at, version);
    } else if (field.required) {
      throw mistyped(fmt::format("Missing required param: {}.", at), at, "parameter_missing");
    }
  }
  return object;
}

void collect_unknown(const Schema& schema, const Form& form, std::string_view path, Version version,
                     std::vector<std::string>& unknown) {
  for (const auto& [name, child] : form.children) {
    const auto found = std::ranges::find_if(
        schema, [&](const Field& field) { return field.name == name && field.in.has(version); });
    const std::string at = below(path, name);
    if (found == schema.end()) {
      unknown.push_back(at);
    } else if (found->kind == Kind::object) {
      collect_unknown(found->fields, child, at, version, unknown);
    } else if (found->kind == Kind::objects) {
      for (const auto& [index, element] : child.children) {
        collect_unknown(found->fields, element, below(at, index), version, unknown);
      }
    } else if (found->kind == Kind::range) {
      static const Schema bounds = {field(Kind::integer, "gt"), field(Kind::integer, "gte"),
                                    field(Kind::integer, "lt"), field(Kind::integer, "lte")};
      collect_unknown(bounds, child, at, version, unknown);
    }
  }
}

}  // namespace

Json read(const Schema& schema, const Form& form, Version version) {
  std::vector<std::string> unknown;
  collect_unknown(schema, form, {}, version, unknown);
  if (!unknown.empty()) {
    throw mistyped(fmt::format("Received unknown parameter{}: {}", unknown.size() > 1 ? "s" : "",
                               fmt::join(unknown, ", ")),
                   unknown.front(), "parameter_unknown");
  }
  return object_in(schema, form, {}, version);
}

}  // namespace sandbox
