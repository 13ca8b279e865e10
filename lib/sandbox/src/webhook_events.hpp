// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sandbox {

/// Refuses what an endpoint can't ask for: it is a type of event by its whole name, or `*`.
void check_event_type(std::string_view type, std::string_view param);

}  // namespace sandbox
