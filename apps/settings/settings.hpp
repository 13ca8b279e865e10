// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

#include "settings/environment.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace billing::apps {

/// One setting that was given on the command line. There is none for a secret: argument lists are
/// open to everybody on the machine.
struct Flag {
  std::string variable;  ///< The environment variable it stands for, such as `PORT`.
  std::string flag;      ///< As it was written, such as `--port`.
  std::string value;
};

/// What the programs are told from outside: flags win over the environment, the environment over
/// the
/// `.env` file, and the file over what is built in. Texts only; whoever needs one checks it, and
/// can say where it came from.
struct Settings {
  std::optional<Setting> stripe_secret_key;      ///< STRIPE_SECRET_KEY
  std::optional<Setting> stripe_webhook_secret;  ///< STRIPE_WEBHOOK_SECRET
  Setting stripe_api_base;                       ///< STRIPE_API_BASE, else https://api.stripe.com
  std::optional<Setting> challenge_id;           ///< CHALLENGE_ID
  std::optional<Setting> public_url;             ///< PUBLIC_URL
  Setting host;                                  ///< HOST, else 127.0.0.1
  Setting port;                                  ///< PORT, else 4242
  std::optional<Setting> static_dir;             ///< STATIC_DIR
  Setting database_url;                          ///< DATABASE_URL, else sqlite:billing.db
};

Settings read_settings(const Environment& environment, const std::vector<Flag>& flags = {});

/// `invalid`, with how to get one and that the sandbox needs no account, if it is not set.
Result<std::string> required_secret_key(const Settings& settings);

/// Whether what is done with that key is in earnest.
bool is_live_key(std::string_view key);

/// `invalid`, with an example, if it is not set.
Result<std::string> required_challenge_id(const Settings& settings);

/// 0 to 65535; 0 lets the system choose.
Result<std::uint16_t> port_number(const Setting& port);

}  // namespace billing::apps
