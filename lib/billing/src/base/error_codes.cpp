// SPDX-License-Identifier: Apache-2.0
#include <billing/error_codes.hpp>

namespace billing {

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return 400;
    case ErrorCode::not_found: return 404;
    case ErrorCode::conflict: return 409;
    case ErrorCode::denied: return 403;
    case ErrorCode::rate_limited: return 429;
    case ErrorCode::unavailable: return 503;
    case ErrorCode::timed_out: return 504;
    case ErrorCode::outcome_unknown: return 504;
    case ErrorCode::corrupt: return 500;
    case ErrorCode::internal: return 500;
  }
  return 500;
}

int exit_code(const Error& error) {
  if (error.stripe && error.stripe->status >= 400 && error.stripe->status < 500 &&
      error.code != ErrorCode::rate_limited) {
    return 3;
  }
  switch (error.code) {
    case ErrorCode::invalid: return 2;
    case ErrorCode::not_found: return 2;
    case ErrorCode::conflict: return 2;
    case ErrorCode::denied: return 3;
    case ErrorCode::rate_limited: return 4;
    case ErrorCode::unavailable: return 4;
    case ErrorCode::timed_out: return 4;
    case ErrorCode::outcome_unknown: return 4;
    case ErrorCode::corrupt: return 5;
    case ErrorCode::internal: return 5;
  }
  return 5;
}

std::string_view name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "invalid";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::denied: return "denied";
    case ErrorCode::rate_limited: return "rate_limited";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::timed_out: return "timed_out";
    case ErrorCode::outcome_unknown: return "outcome_unknown";
    case ErrorCode::corrupt: return "corrupt";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

}  // namespace billing
