// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sandbox {

/// What `Stripe-Signature` says of a body: `t=1700000000,v1=…`. The key is the whole secret.
std::string webhook_signature(std::string_view secret, std::int64_t time, std::string_view body);

}  // namespace sandbox
