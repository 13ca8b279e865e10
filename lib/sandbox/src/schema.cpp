// SPDX-License-Identifier: Apache-2.0
#include "schema.hpp"

#include <utility>

namespace sandbox {

Field Field::need() && {
  required = true;
  return std::move(*this);
}

Field Field::unset() && {
  emptyable = true;
  return std::move(*this);
}

Field Field::only(Span versions) && {
  in = versions;
  return std::move(*this);
}

Field field(Kind kind, std::string_view name) {
  return {.name = std::string(name), .kind = kind};
}

Field text(std::string_view name, std::size_t length_max) {
  return {.name = std::string(name), .kind = Kind::text, .length_max = length_max};
}

Field choice(std::string_view name, std::vector<std::string> choices) {
  return {.name = std::string(name), .kind = Kind::choice, .choices = std::move(choices)};
}

Field object(std::string_view name, Schema fields) {
  return {.name = std::string(name), .kind = Kind::object, .fields = std::move(fields)};
}

Field objects(std::string_view name, Schema fields) {
  return {.name = std::string(name), .kind = Kind::objects, .fields = std::move(fields)};
}

Field metadata() {
  return field(Kind::metadata, "metadata").unset();
}

Schema operation(Schema fields) {
  fields.push_back(field(Kind::texts, "expand"));
  return fields;
}

Schema listing(Schema fields) {
  fields.push_back(field(Kind::integer, "limit"));
  fields.push_back(text("starting_after"));
  fields.push_back(text("ending_before"));
  return operation(std::move(fields));
}

Schema with_unemulated(Schema fields, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) fields.push_back(field(Kind::unemulated, name));
  return fields;
}

}  // namespace sandbox
