// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/catalog.hpp>
#include <billing/provisioning.hpp>
#include <billing/result.hpp>
#include <billing/stripe_client.hpp>

#include <string>

namespace billing::apps {

/// The setting that holds what Stripe signs webhooks with.
inline constexpr const char* webhook_secret_variable = "STRIPE_WEBHOOK_SECRET";

/// `invalid` for what is no address of a webhook: http(s), https alone for a live key, with a path.
Result<void> check_webhook_url(const std::string& url, bool live);

/// Makes the endpoint at that address right. The signing secret of a new one goes to the SecretFile
/// and nowhere else.
Result<ProvisionedObject> provision_webhook_at(stripe::Client& stripe, const Catalog& catalog,
                                               const std::string& url, ProvisionScope scope);

}  // namespace billing::apps
