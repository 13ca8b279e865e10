// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "universe.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sandbox {

/// The pages at `/_sandbox/` on which a person sees what the stand-in holds, and moves its time.

/// Whether a path is one of theirs.
bool is_inspector(std::string_view path);
HttpResponse answer_inspector(Universe& universe, const Arrival& arrival);
std::string_view inspector_css();

/// All objects of one kind in an account.
struct Shelf {
  std::string_view name;
  std::string_view title;
  std::size_t (*size)(const World&);
  /// As the API shows it, in the default version.
  Json (*shown_at)(const World&, std::size_t position);
  std::optional<std::size_t> (*position)(const World&, const std::string& id);
};
constexpr std::size_t shelf_count = 15;
const std::array<Shelf, shelf_count>& shelves();

/// Each page as HTML. `before`: the position from which rows go back in time.
std::string accounts_page(const Universe& universe, std::int64_t now);
std::string account_page(const World& world, std::int64_t now, std::string_view complaint);
std::string shelf_page(const World& world, const Shelf& shelf, std::size_t before);
std::string object_page(const World& world, const Shelf& shelf, std::size_t position);
std::string requests_page(const World& world, const RequestLog& log);
std::string events_page(const World& world, std::size_t before);
std::string event_page(const World& world, const Event& event);
std::string endpoints_page(const World& world);
std::string endpoint_page(const World& world, const WebhookEndpoint& endpoint);
std::string nothing_here_page();

}  // namespace sandbox
