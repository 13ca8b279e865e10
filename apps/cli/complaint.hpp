// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

#include <string>

namespace billing::apps {

/// One line on stderr: `billing: TEXT`.
void complain(const std::string& text);

/// `billing: WHAT; try: REMEDY` on stderr; answers the error's exit code.
int complain(const Error& error);

/// What a person can do about it; empty if the error itself says it or nothing is known to help.
std::string remedy(const Error& error);

}  // namespace billing::apps
