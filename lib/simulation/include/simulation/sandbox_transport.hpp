// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/http_transport.hpp>

#include "sandbox/sandbox.hpp"

#include <functional>

namespace simulation {

/// What the network does to one call.
enum class Network {
  carries,
  loses_request,  ///< Nothing reaches Stripe, and nobody is told so.
  loses_answer,   ///< Stripe does the work; its answer never arrives.
};

/// HttpTransport straight into a sandbox in the same process, without a socket. Thread-safe if the
/// hooks are.
class SandboxTransport final : public billing::HttpTransport {
 public:
  /// `sandbox` must outlive it.
  explicit SandboxTransport(sandbox::Sandbox& sandbox) : sandbox_(sandbox) {}

  billing::Result<billing::HttpResponse> send(const billing::HttpRequest& request,
                                              std::chrono::milliseconds timeout) override;

  /// Asked before each call; it may also throw Crash, as may `after`.
  std::function<Network(const billing::HttpRequest&)> before;
  /// Told once the sandbox has done the work, before its answer is on the way.
  std::function<void(const billing::HttpRequest&)> after;

 private:
  sandbox::Sandbox& sandbox_;
};

}  // namespace simulation
