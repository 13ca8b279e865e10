// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>

#include <nlohmann/json_fwd.hpp>

namespace billing {

/// An answer of this server. Foreign text in it may hold bytes that are no UTF-8: they are
/// replaced.
HttpResponse json_response(int status, const nlohmann::ordered_json& body);

}  // namespace billing
