// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/catalog.hpp>
#include <billing/clock.hpp>
#include <billing/curl_transport.hpp>
#include <billing/entropy.hpp>
#include <billing/observer.hpp>
#include <billing/result.hpp>
#include <billing/stripe_client.hpp>

#include "settings/settings.hpp"

#include <memory>
#include <string>

namespace billing::apps {

/// Environment, `.env` and the `--api-base` flag, if it was given.
Result<Settings> read_settings(const std::string& api_base);

/// The catalog for the challenge id that is set.
Result<Catalog> read_catalog(const Settings& settings);

/// A Stripe client with all it refers to.
class StripeAccess {
 public:
  /// `invalid` when the key is missing or what is set can't be used.
  static Result<std::unique_ptr<StripeAccess>> open(const Settings& settings);

  stripe::Client& client() { return client_; }

 private:
  StripeAccess(std::unique_ptr<CurlTransport> transport, std::string secret_key);

  /// A command tells of failures itself, once.
  class Silence final : public Observer {
   public:
    void observe(const Observation& /*observation*/) override {}
  };

  std::unique_ptr<CurlTransport> transport_;
  SystemClock clock_;
  SystemEntropy entropy_;
  Silence observer_;
  stripe::Client client_;
};

}  // namespace billing::apps
