// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sandbox/http.hpp"

#include <string>
#include <vector>

namespace sandbox {

/// A POST to a webhook endpoint, signed over exactly these bytes.
struct WebhookPost {
  /// By which Sandbox::webhook_answered knows it.
  std::string id;
  std::string url;
  std::vector<HttpHeader> headers;
  std::string body;
};

/// What the endpoint answered. Any 2xx is a success, and nothing else: redirects aren't followed.
struct WebhookAnswer {
  /// 0 when there was no answer.
  int status = 0;
  /// The beginning of the answer, or why there was none.
  std::string body;
};

}  // namespace sandbox
