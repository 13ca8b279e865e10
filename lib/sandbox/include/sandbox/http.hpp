// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sandbox {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// A request as it came off the wire: `target` is path and query, still percent-encoded; header
/// names are compared without regard to case.
struct HttpRequest {
  std::string method;
  std::string target;
  std::vector<HttpHeader> headers;
  std::string body;
};

/// What becomes of a response on its way out.
enum class Delivery {
  whole,
  /// The connection is closed in the middle of the body.
  half,
  /// The connection is reset, and nothing is sent: status 0.
  reset,
};

struct HttpResponse {
  int status = 200;
  std::vector<HttpHeader> headers{};
  std::string body{};
  /// A caller that has no connection to break must take anything but `whole` for no answer.
  Delivery delivery = Delivery::whole;
};

}  // namespace sandbox
