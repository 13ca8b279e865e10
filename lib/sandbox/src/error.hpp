// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "json.hpp"

#include <string>
#include <string_view>

namespace sandbox {

/// An answer that is not 200. Thrown by whoever notices, caught in one place (api.cpp). Nothing may
/// be written to a world before the last check that can throw.
struct Refusal {
  int status = 400;
  std::string type = "invalid_request_error";
  std::string code{};
  std::string message{};
  std::string param{};
  std::string decline_code{};
  /// More keys of the body: the objects that a failed payment left behind.
  Json details = Json::object();
  /// The Stripe-Rate-Limited-Reason of a 429, which a lock has none of.
  std::string limit{};
  /// False for what is refused before the endpoint begins its work; such an answer isn't kept under
  /// the idempotency key.
  bool executed = true;
  /// Says in a header that trying again is of no use.
  bool final = false;
};

/// Stripe's error body. Keys that don't apply are absent. `request_log_url` is left out: there is
/// no dashboard it could lead to.
Json envelope(const Refusal& refusal);

/// What Stripe has and the stand-in doesn't, said so that nobody takes it for Stripe's own word.
Refusal not_emulated(std::string_view what, std::string_view param = {});

Refusal unrecognized_url(std::string_view method, std::string_view path);

/// 404 for an id in the path. `param` is `id` on most resources.
Refusal no_such(std::string_view kind, std::string_view id, std::string_view param = "id");

/// 400 for an id in a parameter.
Refusal no_such_named(std::string_view kind, std::string_view id, std::string_view param);

/// 400 for two parameters of which one is allowed; `first` becomes the param.
Refusal exclusive(std::string_view first, std::string_view second);

}  // namespace sandbox
