// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http_transport.hpp>
#include <billing/result.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace billing::tests {

/// Answers requests from a script, in order, and remembers them. A request beyond the script's end
/// is `internal`, which nothing retries. For one thread.
class ScriptedTransport final : public HttpTransport {
 public:
  struct Sent {
    HttpRequest request;
    std::chrono::milliseconds timeout;
  };

  ScriptedTransport& answer(int status, std::string body, std::vector<HttpHeader> headers = {}) {
    script_.emplace_back(
        HttpResponse{.status = status, .headers = std::move(headers), .body = std::move(body)});
    return *this;
  }

  ScriptedTransport& fail(ErrorCode code) {
    script_.emplace_back(failure(code, "the script says so"));
    return *this;
  }

  Result<HttpResponse> send(const HttpRequest& request,
                            std::chrono::milliseconds timeout) override {
    sent.push_back({request, timeout});
    if (on_send) on_send();
    if (script_.empty()) return failure(ErrorCode::internal, "the script has ended");
    Result<HttpResponse> next = std::move(script_.front());
    script_.pop_front();
    return next;
  }

  /// Whether all that was scripted was asked for: a fault that never struck proves nothing.
  bool used_up() const { return script_.empty(); }

  std::vector<Sent> sent;
  /// Called in the middle of each send, for instance to let time pass.
  std::function<void()> on_send;

 private:
  std::deque<Result<HttpResponse>> script_;
};

}  // namespace billing::tests
