// SPDX-License-Identifier: Apache-2.0
#include "cli/stripe_access.hpp"

namespace billing::apps {

Result<Settings> read_settings(const std::string& api_base) {
  auto environment = Environment::read();
  if (!environment) return failure(std::move(environment));
  std::vector<Flag> flags;
  if (!api_base.empty()) {
    flags.push_back({.variable = "STRIPE_API_BASE", .flag = "--api-base", .value = api_base});
  }
  return read_settings(*environment, flags);
}

Result<Catalog> read_catalog(const Settings& settings) {
  return required_challenge_id(settings).and_then(devchat_catalog);
}

Result<std::unique_ptr<StripeAccess>> StripeAccess::open(const Settings& settings) {
  auto key = required_secret_key(settings);
  if (!key) return failure(std::move(key));
  auto transport = CurlTransport::open(settings.stripe_api_base.value, *key);
  if (!transport) return failure(std::move(transport));
  return std::unique_ptr<StripeAccess>(new StripeAccess(std::move(*transport), std::move(*key)));
}

StripeAccess::StripeAccess(std::unique_ptr<CurlTransport> transport, std::string secret_key)
    : transport_(std::move(transport)),
      client_(*transport_, clock_, entropy_, observer_, {.secret_key = std::move(secret_key)}) {}

}  // namespace billing::apps
