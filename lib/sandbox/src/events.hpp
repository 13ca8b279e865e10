// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resources.hpp"
#include "view.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sandbox {

/// An object as it looks in each version that events are kept in, the account's default first.
using Pictures = std::vector<Json>;

/// Writes down that something happened to an object, which looks like `after`. With `before` it is
/// a change: `previous_attributes` says what was otherwise, and where nothing was, nothing
/// happened. `type` must live for ever: a literal.
void record(World& world, std::int64_t now, std::string_view type, const Pictures& after,
            const Pictures* before = nullptr);

/// The object in each version that the account's events are wanted in.
template <class T>
Pictures pictured(const World& world, const T& object) {
  Pictures pictures;
  pictures.push_back(shown(View{world, Version{}}, object));
  for (const Version version : world.event_versions) {
    pictures.push_back(shown(View{world, version}, object));
  }
  return pictures;
}

/// `now` is the time of what the object lives by.
template <class T>
void emit(World& world, std::int64_t now, std::string_view type, const T& object) {
  record(world, now, type, pictured(world, object));
}

/// For a change; `before` was pictured before it.
template <class T>
void emit_change(World& world, std::int64_t now, std::string_view type, const Pictures& before,
                 const T& object) {
  record(world, now, type, pictured(world, object), &before);
}

/// emit, and the object as the call's answer shows it: mostly one picture serves both.
template <class T>
Json announced(Call& call, std::int64_t now, std::string_view type, const T& object) {
  if (call.version != Version{} || !call.world.event_versions.empty()) {
    emit(call.world, now, type, object);
    return shown(call.view(), object);
  }
  Pictures pictures;
  pictures.push_back(shown(call.view(), object));
  record(call.world, now, type, pictures);
  return std::move(pictures.front());
}

/// A recurring price under its old name, as plan.* events show it.
struct Plan {
  const Price& price;
};
inline Json shown(const View& view, const Plan& plan) {
  return plan_shown(view, plan.price);
}

}  // namespace sandbox
