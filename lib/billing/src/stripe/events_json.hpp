// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/webhook_inbox.hpp>

#include "stripe/json_read.hpp"

namespace billing::stripe {

/// An event as it comes by a webhook or in a list.
WebhookEvent read_event(const JsonValue& event);

}  // namespace billing::stripe
