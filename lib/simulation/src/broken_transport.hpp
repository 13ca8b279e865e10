// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/entropy.hpp>
#include <billing/http_transport.hpp>

#include "simulation/safeguards.hpp"

#include <optional>

namespace simulation {

/// Passes every request on; without `set_and_key`, usage is sent as an `increment` under a new key
/// each time.
class BrokenTransport final : public billing::HttpTransport {
 public:
  /// Both referred to must outlive it.
  BrokenTransport(billing::HttpTransport& transport, billing::Entropy& entropy,
                  std::optional<Safeguard> without)
      : transport_(transport), entropy_(entropy), without_(without) {}

  billing::Result<billing::HttpResponse> send(const billing::HttpRequest& request,
                                              std::chrono::milliseconds timeout) override;

 private:
  billing::HttpTransport& transport_;
  billing::Entropy& entropy_;
  std::optional<Safeguard> without_;
};

}  // namespace simulation
