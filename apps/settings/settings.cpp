// SPDX-License-Identifier: Apache-2.0
#include "settings/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace billing::apps {
namespace {

/// One lookup through flags, environment and file.
class Sources {
 public:
  Sources(const Environment& environment, const std::vector<Flag>& flags)
      : environment_(environment), flags_(flags) {}

  std::optional<Setting> find(const std::string& variable) const {
    const auto flag = std::ranges::find(flags_, variable, &Flag::variable);
    if (flag != flags_.end()) {
      return Setting{.value = flag->value, .origin = Origin::flag, .place = flag->flag};
    }
    return environment_.find(variable);
  }

  Setting find_or(const std::string& variable, std::string fallback) const {
    return find(variable).value_or(Setting{.value = std::move(fallback)});
  }

 private:
  const Environment& environment_;
  const std::vector<Flag>& flags_;
};

}  // namespace

Settings read_settings(const Environment& environment, const std::vector<Flag>& flags) {
  const Sources sources(environment, flags);
  return {.stripe_secret_key = environment.find("STRIPE_SECRET_KEY"),
          .stripe_webhook_secret = environment.find("STRIPE_WEBHOOK_SECRET"),
          .stripe_api_base = sources.find_or("STRIPE_API_BASE", "https://api.stripe.com"),
          .challenge_id = sources.find("CHALLENGE_ID"),
          .public_url = sources.find("PUBLIC_URL"),
          .host = sources.find_or("HOST", "127.0.0.1"),
          .port = sources.find_or("PORT", "4242"),
          .static_dir = sources.find("STATIC_DIR"),
          .database_url = sources.find_or("DATABASE_URL", "sqlite:billing.db")};
}

Result<std::string> required_secret_key(const Settings& settings) {
  if (settings.stripe_secret_key) return settings.stripe_secret_key->value;
  return failure(
      ErrorCode::invalid,
      "STRIPE_SECRET_KEY is not set; try: put STRIPE_SECRET_KEY=sk_test_… into .env or the "
      "environment (the key is at https://dashboard.stripe.com/test/apikeys), or run without an "
      "account: billing-server --sandbox, or billing-sandbox with "
      "STRIPE_SECRET_KEY=sk_test_sandbox "
      "and STRIPE_API_BASE=http://127.0.0.1:12111");
}

bool is_live_key(std::string_view key) {
  return key.starts_with("sk_live_") || key.starts_with("rk_live_");
}

Result<std::string> required_challenge_id(const Settings& settings) {
  if (settings.challenge_id) return settings.challenge_id->value;
  return failure(
      ErrorCode::invalid,
      "CHALLENGE_ID is not set; try: put CHALLENGE_ID=thoughtful-green-narwhal (your own "
      "word list) into .env or the environment");
}

Result<std::uint16_t> port_number(const Setting& port) {
  std::uint16_t number = 0;
  const char* end = port.value.data() + port.value.size();
  const auto [stop, problem] = std::from_chars(port.value.data(), end, number);
  if (problem == std::errc() && stop == end) return number;
  return failure(
      ErrorCode::invalid,
      fmt::format("the port \"{}\" ({}) is not a number from 0 to 65535", port.value, port.place));
}

}  // namespace billing::apps
