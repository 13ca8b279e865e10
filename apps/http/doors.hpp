// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http.hpp>
#include <billing/result.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace billing::apps {

/// Who may knock at a listener. A page of somebody else's, open in the same browser, can reach
/// loopback too: by DNS rebinding (its requests carry a foreign Host) or by plain cross-site posts
/// (a foreign Origin).
struct Doors {
  /// The authorities a client may call this listener by, such as `localhost:4242`.
  std::vector<std::string> own_names;
  /// Origins beside our own that may send more than GET, and read the answers.
  std::vector<std::string> allowed_origins;
  /// Paths that may be called by any name and from anywhere, since what they are sent proves
  /// itself: all that a tunnel to this listener reaches under a name of its own.
  std::vector<std::string> open_paths;
};

/// The refusal, if the request is not to come in.
std::optional<HttpResponse> refusal(const Doors& doors, const HttpRequest& request);

/// What lets an allowed origin's page read the answer; empty for everybody else.
std::vector<HttpHeader> cors_headers(const Doors& doors, const HttpRequest& request);

/// The authorities by which loopback is called on that port; the default ports may be left out.
std::vector<std::string> loopback_names(int port);

/// `http://localhost:4242` → scheme, host and authority. `invalid` for what is no http(s) base
/// address without path, query and user.
struct BaseUrl {
  std::string scheme;
  std::string host;
  std::string authority;  ///< Host and port as written.
};
Result<BaseUrl> parse_base_url(const std::string& url);

}  // namespace billing::apps
