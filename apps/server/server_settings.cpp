// SPDX-License-Identifier: Apache-2.0
#include "server/server_settings.hpp"

#include <billing/data.hpp>
#include <billing/loopback.hpp>

#include "http/doors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace billing::apps {
namespace {

constexpr const char* sandbox_key = "sk_test_sandbox";
constexpr const char* sandbox_challenge_id = "sandbox-green-narwhal";
constexpr const char* sign_in_first =
    "anybody who reaches this server can act as any user until it has real sign-in";

Result<std::string> checked_key(const Settings& settings, bool sandbox) {
  const auto& key = settings.stripe_secret_key;
  // A live key is refused even where it would not be used: it should not lie about.
  if (key && is_live_key(key->value)) {
    return failure(
        ErrorCode::invalid,
        fmt::format("STRIPE_SECRET_KEY ({}) is a live key, which is refused: {}. Use a key "
                    "that begins with sk_test_",
                    key->place, sign_in_first));
  }
  if (sandbox) {
    const bool usable = key && key->value.starts_with("sk_test_");
    return usable ? key->value : std::string(sandbox_key);
  }
  return required_secret_key(settings);
}

/// One, or while it is being rolled two, with a comma between them.
std::vector<std::string> webhook_secrets(const std::optional<Setting>& setting) {
  constexpr std::string_view blanks = " \t";
  std::vector<std::string> secrets;
  std::string_view rest = setting ? setting->value : std::string_view();
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    std::string_view secret = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    secret.remove_prefix(std::min(secret.find_first_not_of(blanks), secret.size()));
    secret = secret.substr(0, secret.find_last_not_of(blanks) + 1);
    if (!secret.empty()) secrets.emplace_back(secret);
  }
  return secrets;
}

/// What Stripe allows, less a fifth for whoever else uses the account; a stand-in sets no limit.
double rate_for(const ServerSettings& settings) {
  constexpr double live_rate = 80;
  constexpr double test_rate = 20;
  const Result<BaseUrl> base = parse_base_url(settings.stripe_api_base);
  if (settings.sandbox || (base && is_loopback(base->host))) return 0;
  return settings.secret_key.starts_with("sk_test_") ? test_rate : live_rate;
}

Result<void> check_host(const Setting& host) {
  if (is_loopback(host.value)) return {};
  return failure(
      ErrorCode::invalid,
      fmt::format("HOST is {} ({}), which is not loopback and refused: {}. Use 127.0.0.1",
                  host.value, host.place, sign_in_first));
}

Result<std::optional<std::string>> checked_public_url(const std::optional<Setting>& url) {
  if (!url) return std::optional<std::string>();
  const Result<BaseUrl> parsed = parse_base_url(url->value);
  if (!parsed) {
    return failure(ErrorCode::invalid,
                   fmt::format("PUBLIC_URL ({}): {}", url->place, parsed.error().message));
  }
  if (!is_loopback(parsed->host)) {
    return failure(
        ErrorCode::invalid,
        fmt::format("PUBLIC_URL is {} ({}), which is not loopback and refused: {}. Leave "
                    "it out, or use http://localhost:4242",
                    url->value, url->place, sign_in_first));
  }
  return std::optional<std::string>(parsed->scheme + "://" + parsed->authority);
}

Result<std::vector<std::string>> checked_origins(const std::vector<std::string>& origins) {
  std::vector<std::string> checked;
  for (const std::string& origin : origins) {
    const Result<BaseUrl> parsed = parse_base_url(origin);
    if (!parsed) {
      return failure(ErrorCode::invalid, fmt::format("--allow-origin: {}", parsed.error().message));
    }
    checked.push_back(parsed->scheme + "://" + parsed->authority);
  }
  return checked;
}

}  // namespace

Result<ServerSettings> server_settings(const Settings& settings, const ServerFlags& flags) {
  ServerSettings checked{.host = settings.host.value,
                         .stripe_api_base = settings.stripe_api_base.value,
                         .sandbox = flags.sandbox,
                         .sandbox_port = flags.sandbox_port,
                         .settle_wait = std::chrono::milliseconds(flags.settle_wait_ms),
                         .threads = flags.threads,
                         .deliveries = flags.deliveries};
  Result<std::string> key = checked_key(settings, flags.sandbox);
  if (!key) return failure(std::move(key));
  checked.secret_key = std::move(*key);
  checked.webhook_secrets = webhook_secrets(settings.stripe_webhook_secret);
  checked.stripe_rate = flags.stripe_rate.value_or(rate_for(checked));
  if (settings.challenge_id || !flags.sandbox) {
    Result<std::string> challenge_id = required_challenge_id(settings);
    if (!challenge_id) return failure(std::move(challenge_id));
    checked.challenge_id = std::move(*challenge_id);
  } else {
    checked.challenge_id = sandbox_challenge_id;
  }
  if (auto host = check_host(settings.host); !host) return failure(std::move(host));
  const Result<std::uint16_t> port = port_number(settings.port);
  if (!port) return tl::unexpected(port.error());
  checked.port = *port;
  Result<std::optional<std::string>> public_url = checked_public_url(settings.public_url);
  if (!public_url) return failure(std::move(public_url));
  checked.public_url = std::move(*public_url);
  if (settings.static_dir) checked.static_dir = settings.static_dir->value;
  if (!flags.sandbox || settings.database_url.origin != Origin::fallback) {
    auto fine = check_database_url(settings.database_url.value);
    if (!fine) return failure(std::move(fine));
    checked.database_url = settings.database_url.value;
  }
  Result<std::vector<std::string>> origins = checked_origins(flags.allowed_origins);
  if (!origins) return failure(std::move(origins));
  checked.allowed_origins = std::move(*origins);
  return checked;
}

}  // namespace billing::apps
