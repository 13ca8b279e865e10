// SPDX-License-Identifier: Apache-2.0
#include "stripe/stripe_error.hpp"

#include "stripe/json_read.hpp"

#include <fmt/format.h>

#include <array>

namespace billing::stripe {
namespace {

StripeFailure read_failure(const JsonValue& answer) {
  const JsonValue error = answer["error"];
  StripeFailure failed;
  failed.type = error["type"].text_or_empty();
  failed.code = error["code"].text_or_empty();
  failed.param = error["param"].text_or_empty();
  failed.message = without_keys(error["message"].text_or_empty());
  return failed;
}

StripeFailure failure_of(const HttpResponse& response) {
  // A body that isn't Stripe's, such as a proxy's page, leaves the status to speak for itself.
  StripeFailure failed = read_json(response.body, read_failure).value_or(StripeFailure{});
  failed.status = response.status;
  failed.request_id = header(response.headers, "Request-Id").value_or("");
  failed.rate_limited_reason = header(response.headers, "Stripe-Rate-Limited-Reason").value_or("");
  failed.replayed = header(response.headers, "Idempotent-Replayed") == "true";
  return failed;
}

// https://docs.stripe.com/api/errors
ErrorCode code_of_failure(const StripeFailure& failed, bool write) {
  // Another request with this key is still at work, and nobody knows yet what it comes to.
  if (failed.code == "idempotency_key_in_use") return ErrorCode::outcome_unknown;
  if (failed.type == "idempotency_error") return ErrorCode::conflict;
  if (failed.code == "rate_limit") return ErrorCode::rate_limited;
  if (failed.code == "resource_missing") return ErrorCode::not_found;
  switch (failed.status) {
    case 400:
    case 402: return ErrorCode::invalid;
    case 401:
    case 403: return ErrorCode::denied;
    case 404: return ErrorCode::not_found;
    case 409: return ErrorCode::conflict;
    case 424: return ErrorCode::unavailable;
    case 429: return ErrorCode::rate_limited;
    default: break;
  }
  if (failed.status >= 500) return write ? ErrorCode::outcome_unknown : ErrorCode::unavailable;
  return failed.status >= 400 ? ErrorCode::invalid : ErrorCode::corrupt;
}

std::string said(const StripeFailure& failed) {
  if (failed.status == 401) return "Stripe refused the API key";
  if (failed.status >= 500 || failed.message.empty()) {
    return fmt::format("Stripe answered {}", failed.status);
  }
  return fmt::format("Stripe refused: {}", failed.message);
}

bool key_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '*';
}

}  // namespace

Error error_of(const HttpRequest& request, const HttpResponse& response) {
  StripeFailure failed = failure_of(response);
  std::string text = fmt::format("{} {}: {}", request.method, request.path, said(failed));
  if (!failed.request_id.empty()) text += fmt::format(" (request {})", failed.request_id);
  const ErrorCode code = code_of_failure(failed, request.method != "GET");
  return {.code = code, .message = std::move(text), .stripe = std::move(failed)};
}

std::string without_keys(std::string_view text) {
  constexpr std::array<std::string_view, 7> prefixes = {
      "sk_test_", "sk_live_", "rk_test_", "rk_live_", "pk_test_", "pk_live_", "whsec_"};
  std::string out;
  while (!text.empty()) {
    const bool key = [&] {
      for (const std::string_view prefix : prefixes) {
        if (text.starts_with(prefix)) return true;
      }
      return false;
    }();
    if (!key) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    out += "<key>";
    while (!text.empty() && key_character(text.front())) text.remove_prefix(1);
  }
  return out;
}

}  // namespace billing::stripe
