// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sandbox {

constexpr std::string_view default_version = "2025-02-24.acacia";

/// The version a request is served in: the header's, else the default. Throws Refusal for what is
/// no version, and for versions whose shapes aren't emulated: the one place that knows.
std::string served_version(std::string_view header);

}  // namespace sandbox
