// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sandbox {

/// The secret key of an Authorization header, Bearer or Basic. Throws Refusal (401) for none and
/// for anything but a test key: a live key has no business here.
std::string authorised_key(std::string_view header);

}  // namespace sandbox
