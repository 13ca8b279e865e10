// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/result.hpp>

#include "http/http_listener.hpp"
#include "sandbox/sandbox.hpp"
#include "sandbox/webhook_sender.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace billing::apps {

struct SandboxSettings {
  std::uint16_t port = 12111;  ///< 0 lets the system choose.
  std::uint64_t seed = 0;
  std::optional<std::int64_t> now = std::nullopt;  ///< Unix time to begin at, and go on from.
  std::vector<std::string> allowed_origins;
  double faults = 0;                ///< How likely a call is to meet one.
  std::int64_t rate_limit = 0;      ///< Calls a second; 0: all.
  std::string forward_to = {};      ///< Gets all webhooks; nobody when empty.
  std::string webhook_secret = {};  ///< For it; made from the seed when empty.
  bool webhook_chaos = false;
  /// Receivers of webhooks live by the stand-in's time; else by the machine's.
  bool receivers_follow = false;
  sandbox::AfterRetries after_retries = sandbox::AfterRetries::cancel;
};

/// The stand-in for Stripe behind a socket of its own on loopback, with a thread that answers.
class SandboxHost {
 public:
  /// Listens when this returns. `clock` must outlive it.
  static Result<std::unique_ptr<SandboxHost>> start(const SandboxSettings& settings,
                                                    const Clock& clock);
  ~SandboxHost();
  SandboxHost(const SandboxHost&) = delete;
  SandboxHost& operator=(const SandboxHost&) = delete;

  /// `http://127.0.0.1:12111`
  const std::string& url() const { return url_; }
  /// How far its time was moved ahead of the clock it was started with.
  std::chrono::seconds clock_offset() const {
    return std::chrono::seconds(sandbox_.clock_offset());
  }
  /// What webhooks to `forward_to` are signed with.
  std::string webhook_secret() const { return sandbox_.webhook_secret(); }
  /// Lets requests that are being answered finish, stalled ones at once, and returns when all is
  /// over.
  void stop();

 private:
  SandboxHost(std::unique_ptr<HttpListener> listener, const SandboxSettings& settings,
              const Clock& clock);

  void wait(std::chrono::milliseconds time);

  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::unique_ptr<HttpListener> listener_;
  std::string url_;
  sandbox::Sandbox sandbox_;
  WebhookSender webhooks_;
  std::thread thread_;
};

}  // namespace billing::apps
