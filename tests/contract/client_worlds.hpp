// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/curl_transport.hpp>
#include <billing/stripe_client.hpp>

#include "sandbox/sandbox.hpp"
#include "simulation/sandbox_transport.hpp"
#include "support/child_process.hpp"
#include "support/collecting_observer.hpp"
#include "support/fake_clock.hpp"

#include <memory>
#include <string>

/// Two ways from the client to a sandbox; what holds in one has to hold in the other.
namespace billing::tests {

/// In this process, on a clock that the test moves.
class InProcess {
 public:
  HttpTransport& transport() { return transport_; }
  Clock& clock() { return clock_; }

 private:
  FakeClock clock_;
  sandbox::Sandbox sandbox_{
      {.now = [this] { return to_second(clock_.now()).time_since_epoch().count(); }, .seed = 1}};
  simulation::SandboxTransport transport_{sandbox_, clock_};
};

/// Through libcurl and a socket to a process of its own.
class OverSocket {
 public:
  HttpTransport& transport() { return *transport_; }
  Clock& clock() { return clock_; }

 private:
  SystemClock clock_;
  SandboxProcess process_{BILLING_SANDBOX_BINARY};
  std::unique_ptr<CurlTransport> transport_ =
      CurlTransport::open(process_.url(), "sk_test_contract").value();
};

/// A client in such a world, and a way past it for what the client doesn't do.
template <class Way>
struct ClientWorld {
  Way way;
  SystemEntropy entropy;
  CollectingObserver observer;
  stripe::Client client{
      way.transport(), way.clock(), entropy, observer, {.secret_key = "sk_test_contract"}};

  IdempotencyKey key() { return client.fresh_key(); }

  /// A request as it stands, with the key if it is for the API. Fails the test without an answer.
  HttpResponse raw(const std::string& method, const std::string& path, Parameters query = {},
                   const std::string& body = {});

  /// How many writes the sandbox has seen.
  std::size_t writes();

  /// Pays an open session with the card that always works.
  void pay(const stripe::CheckoutSession& session);
};

extern template struct ClientWorld<InProcess>;
extern template struct ClientWorld<OverSocket>;

}  // namespace billing::tests
