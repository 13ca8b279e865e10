// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http/worker_threads.hpp"
#include "sandbox/http_poster.hpp"
#include "sandbox/sandbox.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <thread>

namespace billing::apps {

/// Sends a stand-in's webhooks when they are due, on threads of its own, so that an endpoint that
/// is slow to answer keeps waiting neither the stand-in nor the other endpoints.
class WebhookSender {
 public:
  /// `now` is the stand-in's time. Both must outlive the sender.
  WebhookSender(sandbox::Sandbox& sandbox, std::function<std::int64_t()> now);
  ~WebhookSender();
  WebhookSender(const WebhookSender&) = delete;
  WebhookSender& operator=(const WebhookSender&) = delete;

  /// To be called when the stand-in has answered a call, which may have brought something about.
  /// Costs next to nothing when it hasn't.
  void look();
  /// Breaks off what is under way. Idempotent.
  void stop();

 private:
  void run();
  /// Waits until something may be due.
  void wait();
  void send(const sandbox::WebhookPost& webhook);

  sandbox::Sandbox& sandbox_;
  const std::function<std::int64_t()> now_;
  HttpPoster poster_;
  WorkerThreads workers_;
  /// What `wait` waits for; the sandbox's time.
  std::atomic<std::int64_t> awaited_{std::numeric_limits<std::int64_t>::max()};
  std::mutex mutex_;
  std::condition_variable bell_;
  bool rung_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace billing::apps
