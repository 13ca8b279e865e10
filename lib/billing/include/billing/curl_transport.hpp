// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http_transport.hpp>
#include <billing/result.hpp>

#include <memory>
#include <string>

namespace billing {

/// HTTP through libcurl: connections are kept and reused, TLS is verified, redirects are not
/// followed, answers are bounded (8 MiB). Thread-safe; as many calls may run at once as there are
/// threads.
class CurlTransport final : public HttpTransport {
 public:
  /// `base_url` is https, or http on loopback (`invalid` otherwise), without a path. A key that
  /// begins with `sk_live_` or `rk_live_` goes to https://api.stripe.com only, and a key that can't
  /// be one (a blank or a line break in it) is `invalid`. No message holds the key.
  static Result<std::unique_ptr<CurlTransport>> open(const std::string& base_url,
                                                     const std::string& secret_key);
  ~CurlTransport() override;

  Result<HttpResponse> send(const HttpRequest& request, std::chrono::milliseconds timeout) override;

 private:
  explicit CurlTransport(std::string base_url);

  class Handles;
  std::string base_url_;
  std::unique_ptr<Handles> handles_;
};

}  // namespace billing
