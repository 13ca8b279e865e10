// SPDX-License-Identifier: Apache-2.0
#include "stripe/json_read.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace billing::stripe {

JsonValue JsonValue::operator[](std::string_view name) const {
  std::string path = path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
  const nlohmann::json* member = nullptr;
  if (value_ != nullptr && value_->is_object()) {
    const auto found = value_->find(name);
    if (found != value_->end()) member = &*found;
  } else {
    note("an object");
  }
  return {member, std::move(path), fault_};
}

bool JsonValue::is_null() const {
  return value_ == nullptr || value_->is_null();
}

bool JsonValue::is_object() const {
  return value_ != nullptr && value_->is_object();
}

std::string JsonValue::text() const {
  if (!is_null() && value_->is_string()) return value_->get_ref<const std::string&>();
  note("a text");
  return {};
}

std::string JsonValue::text_or_empty() const {
  return is_null() ? std::string{} : text();
}

std::int64_t JsonValue::integer() const {
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  // get<int64_t>() would turn 2^63 into a negative number, 2.7 into 2 and true into 1.
  if (!is_null() && value_->is_number_unsigned() && value_->get<std::uint64_t>() <= largest) {
    return value_->get<std::int64_t>();
  }
  if (!is_null() && value_->is_number_integer() && !value_->is_number_unsigned()) {
    return value_->get<std::int64_t>();
  }
  note("an integer");
  return 0;
}

std::int64_t JsonValue::integer_or(std::int64_t fallback) const {
  return is_null() ? fallback : integer();
}

Second JsonValue::second() const {
  return Second(std::chrono::seconds(integer()));
}

std::optional<Second> JsonValue::optional_second() const {
  if (is_null()) return std::nullopt;
  return second();
}

bool JsonValue::boolean() const {
  if (!is_null() && value_->is_boolean()) return value_->get<bool>();
  note("true or false");
  return false;
}

bool JsonValue::boolean_or(bool fallback) const {
  return is_null() ? fallback : boolean();
}

std::vector<JsonValue> JsonValue::elements() const {
  std::vector<JsonValue> values;
  if (is_null() || !value_->is_array()) {
    note("a list");
    return values;
  }
  values.reserve(value_->size());
  for (const nlohmann::json& each : *value_) {
    values.push_back({&each, fmt::format("{}[{}]", path_, values.size()), fault_});
  }
  return values;
}

std::map<std::string, std::string> JsonValue::texts() const {
  std::map<std::string, std::string> values;
  if (is_null()) return values;
  if (!value_->is_object()) {
    note("an object");
    return values;
  }
  for (const auto& [name, each] : value_->items()) {
    values.emplace(name, JsonValue(&each, fmt::format("{}.{}", path_, name), fault_).text());
  }
  return values;
}

std::string JsonValue::id_or_empty() const {
  return is_null() ? std::string{} : id();
}

std::string JsonValue::id() const {
  return !is_null() && value_->is_object() ? (*this)["id"].text() : text();
}

void JsonValue::note(std::string_view expected) const {
  if (!fault_->empty()) return;
  *fault_ = fmt::format("{} is {}, not {}", path_.empty() ? "the answer" : path_,
                        value_ == nullptr ? "absent" : value_->type_name(), expected);
}

JsonDocument::JsonDocument()
    : root_(std::make_unique<nlohmann::json>()), fault_(std::make_unique<std::string>()) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

Result<JsonDocument> JsonDocument::parse(std::string_view text) {
  JsonDocument document;
  *document.root_ = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.root_->is_discarded()) return failure(ErrorCode::corrupt, "the answer is not JSON");
  return document;
}

JsonValue JsonDocument::root() const {
  return {root_.get(), "", fault_.get()};
}

}  // namespace billing::stripe
