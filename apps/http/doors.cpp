// SPDX-License-Identifier: Apache-2.0
#include "http/doors.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace billing::apps {
namespace {

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lowered;
}

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

HttpResponse forbidden(std::string_view code, std::string_view message) {
  // The texts are ours and hold nothing that JSON would have to escape.
  return {.status = 403,
          .headers = {{"Content-Type", "application/json"}},
          .body = fmt::format(R"({{"error":{{"message":"{}","code":"{}"}}}})", message, code)};
}

bool own_origin(const Doors& doors, const std::string& origin) {
  return std::ranges::any_of(doors.own_names, [&](const std::string& name) {
    return origin == "http://" + name || origin == "https://" + name;
  });
}

}  // namespace

std::optional<HttpResponse> refusal(const Doors& doors, const HttpRequest& request) {
  if (contains(doors.open_paths, request.path)) return std::nullopt;
  const std::string host = lower(header(request.headers, "Host").value_or(""));
  if (!contains(doors.own_names, host)) {
    return forbidden("foreign_host",
                     "the Host header is not a name of this server: call it by the address that it "
                     "printed at start");
  }
  if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
  const auto origin = header(request.headers, "Origin");
  if (!origin) return std::nullopt;
  if (own_origin(doors, lower(*origin)) || contains(doors.allowed_origins, lower(*origin))) {
    return std::nullopt;
  }
  return forbidden("foreign_origin",
                   "the Origin header names another site: start the server with --allow-origin for "
                   "a page that is served elsewhere");
}

std::vector<HttpHeader> cors_headers(const Doors& doors, const HttpRequest& request) {
  const auto origin = header(request.headers, "Origin");
  if (!origin || !contains(doors.allowed_origins, lower(*origin))) return {};
  return {{"Access-Control-Allow-Origin", *origin},
          {"Access-Control-Allow-Methods", "GET, POST"},
          {"Access-Control-Allow-Headers", "Content-Type, Idempotency-Key"},
          {"Vary", "Origin"}};
}

std::vector<std::string> loopback_names(int port) {
  std::vector<std::string> names;
  for (const std::string_view host : {"127.0.0.1", "localhost", "[::1]"}) {
    names.push_back(fmt::format("{}:{}", host, port));
    if (port == 80) names.emplace_back(host);
  }
  return names;
}

Result<BaseUrl> parse_base_url(const std::string& url) {
  BaseUrl parts;
  std::string_view rest = url;
  for (const std::string_view scheme : {"http", "https"}) {
    const std::string prefix = std::string(scheme) + "://";
    if (!rest.starts_with(prefix)) continue;
    parts.scheme = scheme;
    rest.remove_prefix(prefix.size());
    break;
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (parts.scheme.empty() || rest.empty() ||
      rest.find_first_of("/?#@\\ \t\r\n\"") != std::string_view::npos) {
    return failure(ErrorCode::invalid,
                   fmt::format("`{}` is not a base address such as http://localhost:4242", url));
  }
  parts.authority = lower(rest);
  const bool bracketed = rest.front() == '[';
  const std::size_t colon = bracketed ? rest.find(':', rest.find(']')) : rest.find(':');
  parts.host = lower(rest.substr(0, colon));
  return parts;
}

}  // namespace billing::apps
