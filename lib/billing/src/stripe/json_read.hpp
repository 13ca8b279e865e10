// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/result.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace billing::stripe {

/// One value inside a JsonDocument, which must outlive it, with the path that leads to it. Readers
/// are strict: 2.7, "2" and true are no integers, whatever the library would make of them. What
/// doesn't fit is noted in the document and read as empty, so that a whole object can be read
/// before one asks.
class JsonValue {
 public:
  /// A member; an absent one is null.
  JsonValue operator[](std::string_view name) const;
  bool is_null() const;
  bool is_object() const;

  std::string text() const;
  std::string text_or_empty() const;  ///< Null is empty.
  std::int64_t integer() const;
  std::int64_t integer_or(std::int64_t fallback) const;  ///< For null.
  Second second() const;                                 ///< An instant as Stripe writes it.
  std::optional<Second> optional_second() const;         ///< None for null.
  bool boolean() const;
  bool boolean_or(bool fallback) const;  ///< For null.
  std::vector<JsonValue> elements() const;
  std::map<std::string, std::string> texts() const;  ///< An object of strings; null is empty.

  /// Of a field that holds an object's id or, expanded, the object itself; null is empty.
  std::string id_or_empty() const;
  std::string id() const;

 private:
  friend class JsonDocument;
  JsonValue(const nlohmann::json* value, std::string path, std::string* fault)
      : value_(value), path_(std::move(path)), fault_(fault) {}
  void note(std::string_view expected) const;

  const nlohmann::json* value_;  // nullptr when absent
  std::string path_;
  std::string* fault_;
};

/// A parsed text. Movable; its values stay valid.
class JsonDocument {
 public:
  static Result<JsonDocument> parse(std::string_view text);
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  JsonValue root() const;
  /// What was wrong first among all that was read so far; empty if nothing was.
  const std::string& fault() const { return *fault_; }

 private:
  JsonDocument();
  std::unique_ptr<nlohmann::json> root_;
  std::unique_ptr<std::string> fault_;
};

/// Reads a text whole: `corrupt` if it isn't JSON or anything `read` asked for didn't fit.
template <class Value>
Result<Value> read_json(std::string_view text, Value (*read)(const JsonValue&)) {
  const Result<JsonDocument> document = JsonDocument::parse(text);
  if (!document) return tl::unexpected(document.error());
  Value value = read(document->root());
  if (!document->fault().empty()) return failure(ErrorCode::corrupt, document->fault());
  return value;
}

}  // namespace billing::stripe
