// SPDX-License-Identifier: Apache-2.0
#include "router.hpp"

#include "form.hpp"

namespace sandbox {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    segments.emplace_back(segment);
    path.remove_prefix(segment.size());
  }
  return segments;
}

}  // namespace

Router::Router(Routes routes) : routes_(std::move(routes)) {
  for (const Route& route : routes_) {
    auto segments = segments_of(route.pattern);
    auto& same = entries_[{route.method, segments.size()}];
    same.push_back({&route, std::move(segments)});
  }
}

Router::Match Router::match(std::string_view method, std::string_view path, Version version) const {
  Match match;
  const auto segments = segments_of(path);
  const auto same = entries_.find(std::pair{std::string(method), segments.size()});
  if (same == entries_.end()) return match;
  const std::string* missed = nullptr;
  for (const Entry& entry : same->second) {
    // What a version lacks doesn't become the id of something else.
    if (missed != nullptr && entry.route->pattern != *missed) continue;
    match.ids.clear();
    bool equal = true;
    for (std::size_t i = 0; equal && i < segments.size(); ++i) {
      const bool capture = entry.segments[i].starts_with(':');
      equal = capture ? !segments[i].empty() : entry.segments[i] == segments[i];
      if (capture) match.ids.push_back(percent_decoded(segments[i], false));
    }
    if (!equal) continue;
    if (entry.route->in.has(version)) {
      match.route = entry.route;
      return match;
    }
    missed = &entry.route->pattern;
  }
  match.other_version = missed != nullptr;
  return match;
}

}  // namespace sandbox
