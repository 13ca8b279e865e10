// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/stripe_client.hpp>

#include "support/collecting_observer.hpp"
#include "support/fake_clock.hpp"
#include "support/scripted_transport.hpp"

#include <string>

namespace billing::tests {

/// A client on a script, a fake clock and a seed.
struct ScriptedClient {
  static constexpr const char* secret_key = "sk_test_verysecret";

  /// Without a limit unless told.
  explicit ScriptedClient(double calls_a_second = 0) : limit(clock, calls_a_second) {}

  ScriptedTransport transport;
  FakeClock clock;
  SeededEntropy entropy{1};
  CollectingObserver observer;
  RateLimit limit;
  stripe::Client client{
      transport, clock, entropy, observer, {.secret_key = secret_key, .limit = &limit}};

  const HttpRequest& sent(std::size_t index) const { return transport.sent.at(index).request; }
  std::string sent_header(std::size_t index, std::string_view name) const {
    return header(sent(index).headers, name).value_or("");
  }
};

inline std::string customer_json(const std::string& id) {
  return R"({"id":")" + id + R"(","object":"customer","email":"a@b.c","metadata":{}})";
}

inline std::string list_json(const std::string& elements, bool has_more = false) {
  return R"({"object":"list","data":[)" + elements + R"(],"has_more":)" +
         (has_more ? "true" : "false") + "}";
}

}  // namespace billing::tests
