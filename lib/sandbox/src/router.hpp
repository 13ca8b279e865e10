// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "call.hpp"
#include "schema.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sandbox {

using Operation = Json (*)(Call&);

/// One operation of the API. What a resource offers is a list of these.
struct Route {
  std::string method;
  /// `/v1/prices/:id`
  std::string pattern;
  Schema schema;
  /// The kind of object it answers with, which decides what can be expanded; `list:price` for a
  /// list.
  std::string returns;
  Operation run;
  /// The versions that have it. The same path may come again with another span.
  Span in{};

  /// How faults name it.
  std::string name() const { return method + " " + pattern; }
};

using Routes = std::vector<Route>;

class Router {
 public:
  /// Earlier routes win, so a literal path stands before one with `:id`.
  explicit Router(Routes routes);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  struct Match {
    /// Null when nothing matches.
    const Route* route = nullptr;
    /// What stood at `:id`.
    std::vector<std::string> ids{};
    /// The path exists, but not in this version.
    bool other_version = false;
  };
  Match match(std::string_view method, std::string_view path, Version version) const;
  const Routes& routes() const { return routes_; }

 private:
  struct Entry {
    const Route* route;
    std::vector<std::string> segments;
  };

  Routes routes_;
  std::map<std::pair<std::string, std::size_t>, std::vector<Entry>, std::less<>> entries_;
};

/// Every operation of the stand-in.
Routes all_routes();

/// Whether Stripe has this path and the stand-in doesn't.
bool stripe_has(std::string_view path);

}  // namespace sandbox
