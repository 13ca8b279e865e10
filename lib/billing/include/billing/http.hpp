// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace billing {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// Names and values, decoded, in order; a name may occur more than once.
using Parameters = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string path;  ///< Without the query.
  Parameters query = {};
  std::vector<HttpHeader> headers = {};
  std::string body = {};
};

struct HttpResponse {
  int status = 200;
  std::vector<HttpHeader> headers = {};
  std::string body = {};
};

/// The first header of that name, compared without regard to case.
std::optional<std::string> header(const std::vector<HttpHeader>& headers, std::string_view name);

/// The first parameter of that name.
std::optional<std::string> parameter(const Parameters& parameters, std::string_view name);

}  // namespace billing
