// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

#include "settings/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace billing::apps {

/// What the command line says.
struct ServerFlags {
  std::vector<Flag> overrides;  ///< Of environment variables.
  bool sandbox = false;
  std::uint16_t sandbox_port = 12111;
  std::vector<std::string> allowed_origins;
  std::int64_t settle_wait_ms = 6'000;
  std::size_t threads = 256;
  std::size_t deliveries = 2'048;
  std::optional<double> stripe_rate = std::nullopt;
};

/// What the server runs with: checked, and everything that design's doors shut out refused.
struct ServerSettings {
  std::string secret_key;
  std::vector<std::string> webhook_secrets;  ///< Without meaning if `sandbox`.
  std::string challenge_id;
  std::string host;
  std::uint16_t port = 0;
  /// None: the name that a browser called.
  std::optional<std::string> public_url;
  /// None: the page that comes with the program.
  std::optional<std::string> static_dir;
  /// May hold a password. None: a temporary file of its own, since the sandbox's Stripe is new each
  /// time, too.
  std::optional<std::string> database_url;
  std::string stripe_api_base;  ///< Without meaning if `sandbox`.
  bool sandbox = false;
  std::uint16_t sandbox_port = 0;
  std::vector<std::string> allowed_origins;
  std::chrono::milliseconds settle_wait{0};
  std::size_t threads = 0;
  std::size_t deliveries = 0;
  double stripe_rate = 0;  ///< Calls a second; 0 for no limit.
};

Result<ServerSettings> server_settings(const Settings& settings, const ServerFlags& flags);

/// Reads the command line. An exit code if there is nothing left to do: 0 after `--help` and
/// `--version`, 2 after a mistake, which it has told.
struct CommandLine {
  ServerFlags flags;
  std::optional<int> exit_code = std::nullopt;
};
CommandLine read_command_line(int argc, char** argv);

}  // namespace billing::apps
