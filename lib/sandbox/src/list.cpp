// SPDX-License-Identifier: Apache-2.0
#include "list.hpp"

#include <algorithm>

namespace sandbox {
namespace {

constexpr std::int64_t limit_default = 10;
constexpr std::int64_t limit_max = 100;

std::size_t limit_of(const Json& params) {
  const std::int64_t limit = params.value("limit", limit_default);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 1, limit_max));
}

std::optional<std::size_t> cursor(const Json& params, const char* name,
                                  const Candidates& candidates) {
  const auto found = params.find(name);
  if (found == params.end()) return std::nullopt;
  const auto id = found->get<std::string>();
  const auto position = candidates.position(id);
  if (!position) throw no_such_named(candidates.kind, id, name);
  return position;
}

// The nearest candidate before (older than) or after a position.
std::optional<std::size_t> older(const Candidates& candidates, std::size_t than) {
  if (candidates.among == nullptr) return than == 0 ? std::nullopt : std::optional(than - 1);
  const auto next = candidates.among->lower_bound(than);
  return next == candidates.among->begin() ? std::nullopt : std::optional(*std::prev(next));
}

std::optional<std::size_t> newer(const Candidates& candidates, std::size_t than) {
  if (candidates.among == nullptr) {
    return than + 1 < candidates.table_size ? std::optional(than + 1) : std::nullopt;
  }
  const auto next = candidates.among->upper_bound(than);
  return next == candidates.among->end() ? std::nullopt : std::optional(*next);
}

}  // namespace

Page page_of(const Json& params, const Candidates& candidates) {
  const auto after = cursor(params, "starting_after", candidates);
  const auto before = cursor(params, "ending_before", candidates);
  if (after && before) {
    throw Refusal{.message =
                      "Received both starting_after and ending_before parameters. Please pass in "
                      "only one."};
  }
  const std::size_t limit = limit_of(params);
  Page page;
  auto at = before ? newer(candidates, *before)
                   : older(candidates, after.value_or(candidates.table_size));
  for (; at; at = before ? newer(candidates, *at) : older(candidates, *at)) {
    if (!candidates.keep(*at)) continue;
    if (page.positions.size() == limit) {
      page.has_more = true;
      break;
    }
    page.positions.push_back(*at);
  }
  if (before) std::ranges::reverse(page.positions);
  return page;
}

Json list_object(std::string_view url, Json rows, bool has_more) {
  return {{"object", "list"}, {"url", url}, {"has_more", has_more}, {"data", std::move(rows)}};
}

bool wants_total(const Call& call) {
  const auto paths = call.params.find("expand");
  return paths != call.params.end() && std::ranges::find(*paths, "total_count") != paths->end();
}

Json list_of(const Call& call, std::string_view kind, std::vector<Json> rows) {
  // Positions count from the oldest, as in a table.
  std::ranges::reverse(rows);
  const auto position = [&](const std::string& id) -> std::optional<std::size_t> {
    const auto found = std::ranges::find_if(rows, [&](const Json& row) { return row["id"] == id; });
    if (found == rows.end()) return std::nullopt;
    return static_cast<std::size_t>(found - rows.begin());
  };
  const Page page = page_of(call.params, {.table_size = rows.size(),
                                          .among = nullptr,
                                          .keep = [](std::size_t) { return true; },
                                          .position = position,
                                          .kind = kind});
  Json shown = Json::array();
  for (const std::size_t at : page.positions) shown.push_back(std::move(rows[at]));
  Json list = list_object(call.path, std::move(shown), page.has_more);
  if (wants_total(call)) list["total_count"] = rows.size();
  return list;
}

Json nested_list(std::string_view url, Json rows, std::size_t shown_max) {
  const std::size_t count = rows.size();
  const bool more = count > shown_max;
  if (more) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(shown_max), rows.end());
  Json list = list_object(url, std::move(rows), more);
  list["total_count"] = count;
  return list;
}

}  // namespace sandbox
