// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>
#include <billing/result.hpp>

#include <string>
#include <string_view>

namespace billing::stripe {

/// What an answer other than 2xx means. The message says what was tried and what Stripe said,
/// except what it says of a key (401) and of its own troubles (5xx): that is in `stripe` alone, for
/// the log.
Error error_of(const HttpRequest& request, const HttpResponse& response);

/// The text without anything that looks like an API key.
std::string without_keys(std::string_view text);

}  // namespace billing::stripe
