// SPDX-License-Identifier: Apache-2.0
#include "server/server_settings.hpp"

#include <CLI/CLI.hpp>

#include <charconv>

namespace billing::apps {
namespace {

constexpr int exit_usage = 2;

constexpr const char* footer = R"(
Secrets come from the environment or from a .env file in the working folder, never from a flag:
  STRIPE_SECRET_KEY      sk_test_… from https://dashboard.stripe.com/test/apikeys
  STRIPE_WEBHOOK_SECRET  whsec_… of the webhook endpoint; two with a comma while it is being rolled

Examples:
  billing-server --sandbox              everything on this machine, no Stripe account needed
  STRIPE_SECRET_KEY=sk_test_… CHALLENGE_ID=thoughtful-green-narwhal billing-server

Prints the addresses it listens on, and logs JSON lines to standard error. SIGTERM or Ctrl-C stops
it; nothing that was answered is lost, however it ends.
)";

/// A flag that stands for an environment variable, so that it can say where a value came from.
void add_override(CLI::App& app, ServerFlags& flags, const std::string& flag,
                  const std::string& variable, const std::string& description) {
  app.add_option_function<std::string>(
         flag,
         [&flags, flag, variable](const std::string& value) {
           flags.overrides.push_back({.variable = variable, .flag = flag, .value = value});
         },
         description + " [" + variable + "]")
      ->type_name("TEXT");
}

/// CLI::Range would let `nan` through, and a rate so small that no wait for a turn can be told.
std::string rate_complaint(const std::string& text) {
  constexpr double least = 0.1;
  constexpr double most = 10'000;
  const char* const end = text.data() + text.size();
  double rate = -1;
  const auto parsed = std::from_chars(text.data(), end, rate);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == end;
  if (whole && (rate == 0 || (rate >= least && rate <= most))) return {};
  return "has to be 0, or a number from 0.1 to 10000";
}

}  // namespace

CommandLine read_command_line(int argc, char** argv) {
  CommandLine line;
  ServerFlags& flags = line.flags;
  CLI::App app(
      "Sells the /dev/chat packages and records what is used: the web page and its routes.",
      "billing-server");
  add_override(app, flags, "--host", "HOST", "Loopback address to listen on (127.0.0.1)");
  add_override(app, flags, "--port", "PORT", "Port to listen on, 0 for any that is free (4242)");
  add_override(app, flags, "--public-url", "PUBLIC_URL",
               "Where browsers come back to (the address they called)");
  add_override(app, flags, "--static-dir", "STATIC_DIR", "Folder of another page to serve");
  add_override(app, flags, "--database-url", "DATABASE_URL",
               "Data file (sqlite:billing.db; with --sandbox a temporary one)");
  add_override(app, flags, "--challenge-id", "CHALLENGE_ID",
               "Marks every object at Stripe as ours");
  add_override(app, flags, "--stripe-api-base", "STRIPE_API_BASE",
               "Where Stripe is (https://api.stripe.com)");
  app.add_flag("--sandbox", flags.sandbox, "Carry a stand-in for Stripe: no account, no key");
  app.add_option("--sandbox-port", flags.sandbox_port, "Port of the stand-in, 0 for any")
      ->capture_default_str();
  app.add_option("--allow-origin", flags.allowed_origins,
                 "Origin of a page served elsewhere, such as http://localhost:3000; repeatable");
  app.add_option("--settle-wait", flags.settle_wait_ms,
                 "Milliseconds a click waits for Stripe before it is answered as pending")
      ->check(CLI::Range(0, 60'000))
      ->capture_default_str();
  app.add_option("--threads", flags.threads, "Connections that are answered at once")
      ->check(CLI::Range(8, 4'096))
      ->capture_default_str();
  app.add_option("--deliveries", flags.deliveries, "Usage records under way to Stripe at once")
      ->check(CLI::Range(1, 16'384))
      ->capture_default_str();
  app.add_option("--stripe-rate", flags.stripe_rate,
                 "Calls to Stripe a second, 0 for no limit (80 with a live key, 20 with a test\n"
                 "key, no limit where Stripe is a stand-in on this machine)")
      ->type_name("N")
      ->check(rate_complaint);
  app.set_version_flag("--version", "billing-server " BILLING_VERSION);
  app.footer(footer);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    line.exit_code = app.exit(error) == 0 ? 0 : exit_usage;
  }
  return line;
}

}  // namespace billing::apps
