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

const Route* Router::match(std::string_view method, std::string_view path,
                           std::vector<std::string>& ids) const {
  const auto segments = segments_of(path);
  const auto same = entries_.find(std::pair{std::string(method), segments.size()});
  if (same == entries_.end()) return nullptr;
  for (const Entry& entry : same->second) {
    ids.clear();
    bool equal = true;
    for (std::size_t i = 0; equal && i < segments.size(); ++i) {
      const bool capture = entry.segments[i].starts_with(':');
      equal = capture ? !segments[i].empty() : entry.segments[i] == segments[i];
      if (capture) ids.push_back(percent_decoded(segments[i], false));
    }
    if (equal) return entry.route;
  }
  return nullptr;
}

}  // namespace sandbox
