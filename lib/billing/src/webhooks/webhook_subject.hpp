// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>
#include <billing/webhook_inbox.hpp>

#include <string_view>

namespace billing {

/// What an event is about, as far as it matters here.
enum class WebhookSubject { nothing, checkout_session, subscription, invoice, customer };

WebhookSubject subject_of(std::string_view type);

/// Whether both ask for one object to be read.
bool same_subject(const WebhookEvent& one, const WebhookEvent& other);

/// An object that is gone at Stripe has nothing more to say, and is no failure.
template <class T>
Result<void> unless_gone(const Result<T>& read) {
  if (read || read.error().code == ErrorCode::not_found) return {};
  return tl::unexpected(read.error());
}

}  // namespace billing
