// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "world.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

/// What the inspector's pages are made of. What is called html is taken as it is, everything else
/// is escaped here.

/// The whole page; `html` is what it is about. Without a world it belongs to no account.
std::string inspector_document(const World* world, std::string_view title, const std::string& html);

/// `/_sandbox/accounts/acct_…` and what is below.
std::string account_path(const World& world, std::initializer_list<std::string_view> below = {});

std::string link(const std::string& path, std::string_view text);
/// A button that posts these fields.
struct HiddenField {
  std::string_view name;
  std::string value;
};
std::string button(const std::string& path, const std::vector<HiddenField>& fields,
                   std::string_view text);
std::string time_html(std::int64_t time);
/// A word in colour; `tone` is one of good, bad, soft.
std::string badge(std::string_view tone, std::string_view text);
/// An HTTP status.
std::string status_badge(int status);
std::string json_html(const Json& json);

using HtmlRow = std::vector<std::string>;
/// Says `nothing` when there are no rows.
std::string table_html(const std::vector<std::string_view>& columns,
                       const std::vector<HtmlRow>& rows, std::string_view nothing);
/// The link to older rows, when `position` isn't the oldest.
std::string older_html(const std::string& path, std::size_t position);

}  // namespace sandbox
