// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sandbox {

/// Text as HTML, in content and in quoted attributes. Everything that a page shows and that wasn't
/// written in its source goes through here.
std::string escaped(std::string_view text);

/// `<option>` for every country, by name, with one of them chosen.
std::string country_options(std::string_view chosen);

}  // namespace sandbox
