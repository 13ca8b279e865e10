// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "form.hpp"
#include "json.hpp"
#include "version.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

enum class Kind {
  text,
  url,
  email,
  currency,
  decimal,
  choice,
  integer,
  whole,
  positive,
  moment,
  now_or_moment,
  flag,
  metadata,
  /// An object with any keys, of strings.
  strings,
  range,
  texts,
  object,
  objects,
  /// Stripe knows it, the stand-in says "not emulated".
  unemulated,
};

struct Field;
/// The parameters of an operation, in the order in which they are checked.
using Schema = std::vector<Field>;

struct Field {
  std::string name{};
  Kind kind = Kind::text;
  bool required = false;
  /// An empty string unsets it.
  bool emptyable = false;
  std::size_t length_max = 5000;
  std::vector<std::string> choices{};
  Schema fields{};
  /// The versions that have it. A name may come again with another span.
  Span in{};

  Field need() &&;
  Field unset() &&;
  Field only(Span versions) &&;
};

Field field(Kind kind, std::string_view name);
Field text(std::string_view name, std::size_t length_max = 5000);
Field choice(std::string_view name, std::vector<std::string> choices);
Field object(std::string_view name, Schema fields);
Field objects(std::string_view name, Schema fields);
Field metadata();

/// Fields with what every operation takes (`expand`), and with what every list takes.
Schema operation(Schema fields);
Schema listing(Schema fields);
/// Adds parameters that Stripe knows and the stand-in doesn't.
Schema with_unemulated(Schema fields, std::initializer_list<std::string_view> names);

/// The parameters, typed: a key that was not sent is absent, one that was sent empty to unset it
/// is null, and everything else has the type of its Kind. Throws Refusal in Stripe's words and
/// order: unknown (to this version), then mistyped or missing.
Json read(const Schema& schema, const Form& form, Version version);

}  // namespace sandbox
