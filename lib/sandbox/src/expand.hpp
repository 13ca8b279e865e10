// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "json.hpp"
#include "view.hpp"

#include <string_view>

namespace sandbox {

/// Checks the `expand` parameter against what kind of object (`price`, `list:price`) the operation
/// answers with in a version. Called before the work is done, so that a bad one leaves nothing
/// behind.
void check_expand(const Json& params, std::string_view returns, Version version);

/// Replaces ids by the objects they name, along each path of `expand`.
void apply_expand(const View& view, const Json& params, std::string_view returns, Json& answer);

}  // namespace sandbox
