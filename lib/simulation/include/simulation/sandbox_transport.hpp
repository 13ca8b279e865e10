// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/http_transport.hpp>

#include "sandbox/sandbox.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace simulation {

/// What the network does to one call.
enum class Network {
  carries,
  refuses,        ///< No connection, and that is known.
  loses_request,  ///< Nothing reaches Stripe, and nobody is told so.
  loses_answer,   ///< Stripe does the work; its answer never arrives.
  delays,  ///< The caller gives up, and the request reaches Stripe later: see `deliver_late`.
};

/// What befalls one call.
struct Passage {
  Passage(Network what = Network::carries) : network(what) {}  // NOLINT: a Network is one.

  Network network;
  /// An answer other than that of Stripe's work, …
  std::optional<billing::HttpResponse> instead = std::nullopt;
  /// … which was done before, or wasn't.
  bool works = true;
  /// A fault of the sandbox's own that strikes this request: the body of POST /_sandbox/faults.
  std::string fault = {};
};

/// HttpTransport straight into a sandbox in the same process, without a socket. Thread-safe if the
/// hooks are and nothing is delayed.
class SandboxTransport final : public billing::HttpTransport {
 public:
  /// Both must outlive it.
  SandboxTransport(sandbox::Sandbox& sandbox, const billing::Clock& clock)
      : sandbox_(sandbox), clock_(clock) {}

  billing::Result<billing::HttpResponse> send(const billing::HttpRequest& request,
                                              std::chrono::milliseconds timeout) override;

  /// Asked before each call; it may also let time pass, or throw Crash, as may `after`.
  std::function<Passage(const billing::HttpRequest&, std::chrono::milliseconds timeout)> before;
  /// Told once the sandbox has done the work, before its answer is on the way.
  std::function<void()> after;
  /// Told of each answer of the sandbox, also of those that arrive nowhere.
  std::function<void(const billing::HttpRequest&, const sandbox::HttpResponse&)> witness;

  /// Carries to Stripe what was delayed for an hour at most, longer than any network keeps a
  /// request; the rest is lost. Nobody waits for the answers.
  void deliver_late();

 private:
  struct Late {
    billing::HttpRequest request;
    billing::Moment since;
  };
  sandbox::HttpResponse carry(const billing::HttpRequest& request);

  sandbox::Sandbox& sandbox_;
  const billing::Clock& clock_;
  std::vector<Late> late_;
};

}  // namespace simulation
