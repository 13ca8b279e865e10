// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace billing::apps {

/// Lets this process open as many files and connections as the system allows it to, and answers how
/// many those are.
std::size_t raise_file_limit();

}  // namespace billing::apps
