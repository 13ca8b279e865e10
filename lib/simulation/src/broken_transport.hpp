// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/entropy.hpp>
#include <billing/http_transport.hpp>

#include "simulation/safeguards.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace simulation {

/// Passes every request on, but for one safeguard that it takes away: without `set_and_key`, usage
/// is sent as an `increment` under a new key each time; without `read_the_object`, what a webhook
/// names is as its payload said; without `one_final_invoice`, each invoice is made under a new key,
/// and of those in a list only the ones whose making was answered have their metadata.
class BrokenTransport final : public billing::HttpTransport {
 public:
  /// Both referred to must outlive it.
  BrokenTransport(billing::HttpTransport& transport, billing::Entropy& entropy,
                  std::optional<Safeguard> without)
      : transport_(transport), entropy_(entropy), without_(without) {}

  billing::Result<billing::HttpResponse> send(const billing::HttpRequest& request,
                                              std::chrono::milliseconds timeout) override;

  /// A webhook that has come.
  void hear(const std::string& body);
  /// Whether what is read now is read because of webhooks.
  void set_acting(bool acting) { acting_ = acting; }

 private:
  using Answer = billing::Result<billing::HttpResponse>;
  Answer send_increment(const billing::HttpRequest& request, std::chrono::milliseconds timeout);
  Answer make_invoice(const billing::HttpRequest& request, std::chrono::milliseconds timeout);
  Answer list_invoices(const billing::HttpRequest& request, std::chrono::milliseconds timeout);
  billing::HttpRequest with_new_key(const billing::HttpRequest& request);

  billing::HttpTransport& transport_;
  billing::Entropy& entropy_;
  std::optional<Safeguard> without_;
  bool acting_ = false;
  std::map<std::string, std::string> payloads_;  ///< By the path under which they could be read.
  std::set<std::string> made_;                   ///< Invoices.
};

}  // namespace simulation
