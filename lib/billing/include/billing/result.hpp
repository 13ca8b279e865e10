// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tl/expected.hpp>

#include <optional>
#include <source_location>
#include <string>

namespace billing {

/// What kind of failure it is; each kind has one HTTP status and one exit code (see
/// error_codes.hpp).
enum class ErrorCode {
  invalid,          ///< The caller's input is wrong; asking again changes nothing.
  not_found,        ///< What was named does not exist.
  conflict,         ///< It contradicts what is already there.
  denied,           ///< Not allowed, a bad API key included.
  rate_limited,     ///< Too much at once; later it may work.
  unavailable,      ///< The other side can't be reached or is failing; nothing was done.
  timed_out,        ///< A read had no answer in time; nothing was changed by it.
  outcome_unknown,  ///< A write had no answer: it may have happened. Retry with the same key only.
  corrupt,          ///< Stored data or an answer makes no sense.
  internal,         ///< Everything else; a defect or a machine in trouble.
};

/// What Stripe said when it refused, as far as it said it. Never holds a secret.
struct StripeFailure {
  int status = 0;  ///< HTTP status.
  std::string type;
  std::string code;
  std::string param;
  std::string message;
  std::string request_id;
  /// Of a 429: `global-rate`, `endpoint-concurrency`, …; empty for a lock.
  std::string rate_limited_reason;
  /// The answer was a stored one (`Idempotent-Replayed: true`): the same key gets it again for 24
  /// h.
  bool replayed = false;
};

/// A failure, told for a person: what was tried, on what, what came back; lower case, no full stop.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  std::optional<StripeFailure> stripe = std::nullopt;
};

template <class T>
using Result = tl::expected<T, Error>;

/// Ready to be returned from any function that answers a Result.
inline tl::unexpected<Error> failure(ErrorCode code, std::string message) {
  return tl::unexpected(Error{.code = code, .message = std::move(message)});
}

template <class T>
tl::unexpected<Error> failure(Result<T>&& failed) {
  return tl::unexpected(std::move(failed.error()));
}

/// Aborts with the place if `condition` is false: for defects of the program, in release builds
/// too. A crash is cheap here, since everything promised is on disk.
void require(bool condition, std::source_location where = std::source_location::current());

}  // namespace billing
