// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sandbox/webhook.hpp"

#include <memory>

namespace billing::apps {

/// Sends webhooks over the network. Never throws; what goes wrong is an answer without a status.
/// Safe to call from several threads.
class HttpPoster {
 public:
  HttpPoster();
  ~HttpPoster();
  HttpPoster(const HttpPoster&) = delete;
  HttpPoster& operator=(const HttpPoster&) = delete;

  /// Waits ten seconds for an answer, and follows no redirect.
  sandbox::WebhookAnswer post(const sandbox::WebhookPost& webhook);
  /// Breaks off what is under way; what comes later fails at once.
  void stop();

 private:
  class Calls;
  std::unique_ptr<Calls> calls_;
};

}  // namespace billing::apps
