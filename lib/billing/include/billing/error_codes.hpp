// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

#include <string_view>

namespace billing {

/// The one table from failures to HTTP statuses.
int http_status(ErrorCode code);

/// The one table from failures to exit codes: 2 usage or configuration, 3 Stripe refused, 4 Stripe
/// unreachable, 5 data.
int exit_code(const Error& error);

/// A stable word for logs and JSON, such as `not_found`.
std::string_view name(ErrorCode code);

}  // namespace billing
