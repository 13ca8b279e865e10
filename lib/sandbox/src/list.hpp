// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "call.hpp"

#include <functional>
#include <limits>
#include <string_view>
#include <vector>

namespace sandbox {

/// Which rows a page shows, in the order in which it shows them (newest first).
struct Page {
  std::vector<std::size_t> positions{};
  bool has_more = false;
};

/// What a list looks through: all rows of a table, or those an index names.
struct Candidates {
  std::size_t table_size = 0;
  const Positions* among = nullptr;
  std::function<bool(std::size_t)> keep;
  /// Where a cursor's object stands.
  std::function<std::optional<std::size_t>(const std::string&)> position;
  std::string_view kind;
};

/// Limits are clamped to 1..100 as Stripe does, cursors are looked up before they are compared.
Page page_of(const Json& params, const Candidates& candidates);

Json list_object(std::string_view url, Json rows, bool has_more);

/// Whether `expand` asks a list for the number of all its objects, which Stripe gave until basil.
bool wants_total(const Call& call);

/// A list that is small and already rendered, newest (or first) object first.
Json list_of(const Call& call, std::string_view kind, std::vector<Json> rows);

/// A list inside another object, of which it shows that many.
Json nested_list(std::string_view url, Json rows,
                 std::size_t shown_max = std::numeric_limits<std::size_t>::max());

/// The page of a table that a list request asks for. `keep(row)` filters; `among`, where an index
/// has them, is what need be looked at.
template <class Rows, class Keep, class Show>
Json listed(const Call& call, std::string_view kind, const Rows& table, const Positions* among,
            Keep keep, Show show) {
  const Page page =
      page_of(call.params, {.table_size = table.size(),
                            .among = among,
                            .keep = [&](std::size_t at) { return keep(table[at]); },
                            .position = [&](const std::string& id) { return table.position(id); },
                            .kind = kind});
  Json rows = Json::array();
  for (const std::size_t at : page.positions) rows.push_back(show(table[at]));
  Json list = list_object(call.path, std::move(rows), page.has_more);
  if (!wants_total(call)) return list;
  std::size_t total = 0;
  for (std::size_t at = 0; at < table.size(); ++at) {
    if ((among == nullptr || among->contains(at)) && keep(table[at])) ++total;
  }
  list["total_count"] = total;
  return list;
}

}  // namespace sandbox
