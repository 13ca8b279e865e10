// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/webhook_inbox.hpp>

#include <string_view>

namespace billing {

/// What an event is about, as far as it matters here.
enum class WebhookSubject { nothing, checkout_session, subscription, invoice, customer };

WebhookSubject subject_of(std::string_view type);

/// Whether both ask for one object to be read.
bool same_subject(const WebhookEvent& one, const WebhookEvent& other);

}  // namespace billing
