// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.hpp"
#include "json.hpp"
#include "sandbox/sandbox.hpp"
#include "view.hpp"
#include "world.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sandbox {

/// One request as a resource sees it: authorised, matched and with typed parameters.
struct Call {
  World& world;
  const Options& options;
  /// The sandbox's time. What hangs on a customer has its own: time_of (timeline.hpp).
  std::int64_t now;
  Version version;
  std::string path;
  /// What stands in the path at `:id`.
  std::vector<std::string> ids{};
  Json params = Json::object();

  View view() const { return {world, version}; }

  /// Sent, and not only to unset it.
  bool given(const char* name) const {
    const auto found = params.find(name);
    return found != params.end() && !found->is_null();
  }
  Text text(const char* name) const {
    return given(name) ? Text(params[name].get<std::string>()) : std::nullopt;
  }
  std::optional<std::int64_t> integer(const char* name) const {
    return given(name) ? std::optional(params[name].get<std::int64_t>()) : std::nullopt;
  }
  bool flag(const char* name, bool otherwise) const { return params.value(name, otherwise); }
};

/// Each of these leaves a field alone when its parameter wasn't sent, and clears it when the
/// parameter was sent empty.
template <class T>
void assign(const Json& params, const char* name, std::optional<T>& field) {
  const auto found = params.find(name);
  if (found == params.end()) return;
  field = found->is_null() ? std::optional<T>{} : std::optional<T>(found->template get<T>());
}
template <class T>
void assign(const Json& params, const char* name, T& field) {
  const auto found = params.find(name);
  if (found != params.end() && !found->is_null()) field = found->template get<T>();
}
inline void assign(const Json& params, const char* name, Json& field, const Json& empty) {
  const auto found = params.find(name);
  if (found != params.end()) field = found->is_null() ? empty : *found;
}
/// Metadata merges: a key with an empty value is removed, and an empty `metadata` removes all.
void assign_metadata(const Json& params, Metadata& metadata);

/// Whether a value passes a range filter such as `created[gte]`.
bool in_range(const Json& params, const char* name, std::int64_t value);

/// The object an id in the path names; 404 when there is none.
template <class T>
T& in_path(Table<T>& table, std::string_view kind, const std::string& id,
           std::string_view param = "id") {
  T* found = table.find(id);
  if (found == nullptr) throw no_such(kind, id, param);
  return *found;
}

/// The object an id in a parameter names; 400 when there is none.
template <class T>
T& in_param(Table<T>& table, std::string_view kind, const std::string& id, std::string_view param) {
  T* found = table.find(id);
  if (found == nullptr) throw no_such_named(kind, id, param);
  return *found;
}

}  // namespace sandbox
