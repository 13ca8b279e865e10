// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>
#include <billing/result.hpp>

#include <chrono>

namespace billing {

/// Carries one request to Stripe and its answer back. Thread-safe.
///
/// An answer of any status is a successful send. Only "no answer" is a failure: `unavailable` if
/// the request can't have left (no connection), else `outcome_unknown` after a POST or DELETE, and
/// `timed_out` or `unavailable` after a GET.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;

  /// `timeout` is for the whole call, connecting and reading included.
  virtual Result<HttpResponse> send(const HttpRequest& request,
                                    std::chrono::milliseconds timeout) = 0;
};

}  // namespace billing
