// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>

#include <optional>
#include <string>

namespace billing::stripe {

/// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers still send (RFC 9110 §5.6.7).
std::optional<Second> parse_http_date(const std::string& text);

}  // namespace billing::stripe
