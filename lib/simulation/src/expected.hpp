// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>

#include "sandbox/http.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace simulation {

/// This account's key at Stripe.
inline constexpr const char* stripe_key = "sk_test_simulation";

/// Throws std::runtime_error, which says what came instead of `status`.
void expect(int status, int came, const std::string& body, const char* what);

/// The body of an answer without which a story can't go on.
nlohmann::json json_of(const billing::HttpResponse& answer, const char* what);
nlohmann::json json_of(const sandbox::HttpResponse& answer, const char* what);

}  // namespace simulation
