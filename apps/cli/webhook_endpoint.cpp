// SPDX-License-Identifier: Apache-2.0
#include "cli/webhook_endpoint.hpp"

#include <billing/webhooks.hpp>

#include "cli/secret_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace billing::apps {

Result<void> check_webhook_url(const std::string& url, bool live) {
  const auto refused = [](std::string_view why) {
    return failure(ErrorCode::invalid,
                   fmt::format("--webhook {}; try: https://shop.example/webhook, where Stripe "
                               "reaches billing-server",
                               why));
  };
  const bool secure = url.starts_with("https://");
  if (!secure && !url.starts_with("http://"))
    return refused("has to begin with https:// or http://");
  if (live && !secure) return refused("has to begin with https:// for a live key");
  const std::string_view rest = std::string_view(url).substr(secure ? 8 : 7);
  const bool plain = std::ranges::all_of(rest, [](char c) {
    return c > ' ' && c < '\x7F' && c != '"' && c != '\\' && c != '#' && c != '@';
  });
  if (!plain) return refused("holds a character that an address can't have, or a user");
  const std::size_t host = std::min(rest.find_first_of("/?"), rest.size());
  if (host == 0) return refused("names no host");
  const std::string_view path = rest.substr(host, rest.find('?') - host);
  if (path.size() < 2) return refused("has no path, and billing-server takes webhooks at /webhook");
  return {};
}

Result<ProvisionedObject> provision_webhook_at(stripe::Client& stripe, const Catalog& catalog,
                                               const std::string& url, ProvisionScope scope) {
  const WebhookTerms terms{.url = url, .enabled_events = webhook_types()};
  auto seen = provision_webhook(stripe, catalog, terms, ProvisionScope::dry_run);
  if (!seen) return failure(std::move(seen));
  if (scope == ProvisionScope::dry_run) return std::move(seen->object);
  if (seen->object.action != ProvisionAction::created) {
    auto corrected = provision_webhook(stripe, catalog, terms, scope);
    if (!corrected) return failure(std::move(corrected));
    return std::move(corrected->object);
  }
  auto file = SecretFile::open();
  if (!file) return failure(std::move(file));
  auto made = provision_webhook(stripe, catalog, terms, scope);
  if (!made) return failure(std::move(made));
  if (auto added = file->add(webhook_secret_variable, made->secret); !added) {
    return failure(added.error().code,
                   fmt::format("{}, and Stripe tells the signing secret of {} only once; try: "
                               "delete that endpoint in the dashboard, and the same again",
                               added.error().message, made->object.id));
  }
  return std::move(made->object);
}

}  // namespace billing::apps
