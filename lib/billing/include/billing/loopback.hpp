// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace billing {

/// Whether that host, as in HOST or in a URL, is this machine's loopback: `localhost`, `127.x.x.x`,
/// `::1` with or without brackets. A name that only begins like one is not.
bool is_loopback(std::string_view host);

}  // namespace billing
