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

struct HttpResponse {
  int status = 200;
  std::vector<HttpHeader> headers;
  std::string body;
};

}  // namespace sandbox
