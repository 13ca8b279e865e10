// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "world.hpp"

#include <string_view>

namespace sandbox {

/// Checks the `expand` parameter against what kind of object (`price`, `list:price`) the operation
/// answers with. Called before the work is done, so that a bad one leaves nothing behind.
void check_expand(const Json& params, std::string_view returns);

/// Replaces ids by the objects they name, along each path of `expand`.
void apply_expand(const World& world, const Json& params, std::string_view returns, Json& answer);

}  // namespace sandbox
