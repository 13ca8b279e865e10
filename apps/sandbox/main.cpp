// SPDX-License-Identifier: Apache-2.0
#include <billing/clock.hpp>
#include <billing/entropy.hpp>
#include <billing/error_codes.hpp>

#include "sandbox/sandbox_host.hpp"
#include "signals/stop_signals.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

namespace {

constexpr const char* footer = R"(
Any key of the form sk_test_… opens an account of its own, which lives as long as the process.

Examples:
  billing-sandbox
  billing-sandbox --faults 0.2 --seed 7
  billing-sandbox --forward-to http://localhost:3000/webhook
  curl -u sk_test_sandbox: http://127.0.0.1:12111/v1/account
  STRIPE_SECRET_KEY=sk_test_sandbox STRIPE_API_BASE=http://127.0.0.1:12111 billing doctor

Beside Stripe's routes: /_sandbox/ shows a browser what the accounts hold; for programs there are
/_sandbox/requests, usage, clock, faults and reset (docs/sandbox.md).
)";

constexpr int exit_usage = 2;
/// The year 2200; what is billed for later is no use to anyone.
constexpr std::int64_t now_max = 7'258'118'400;

std::string http_url(const std::string& url) {
  const bool known = url.starts_with("http://") || url.starts_with("https://");
  return known ? "" : "not an address that begins with http:// or https://";
}

}  // namespace

int main(int argc, char** argv) {
  billing::apps::StopSignals signals;
  billing::apps::SandboxSettings settings;
  billing::SystemEntropy entropy;
  settings.seed = entropy.next();
  CLI::App app("A stand-in for Stripe, in memory, on loopback.", "billing-sandbox");
  app.add_option("--port", settings.port, "Port to listen on; 0 for any that is free")
      ->capture_default_str();
  app.add_option("--seed", settings.seed, "Makes every id and every fault follow from this number");
  app.add_option("--now", settings.now,
                 "Unix time at which its clock begins; /_sandbox/clock moves it further")
      ->check(CLI::Range(std::int64_t{0}, now_max));
  app.add_option("--allow-origin", settings.allowed_origins,
                 "Origin of a page elsewhere that may send requests, such as "
                 "http://localhost:3000; may be repeated");
  app.add_option(
         "--faults", settings.faults,
         "Lets this part of all calls meet a fault, each kind of them, which follow from the "
         "seed (0.2 is every fifth)")
      ->check(CLI::Range(0.0, 1.0));
  app.add_flag("--rate-limit{25}", settings.rate_limit,
               "Answers 429 beyond Stripe's 25 calls a second in test mode; --rate-limit=N for N")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  app.add_option("--forward-to", settings.forward_to,
                 "URL that gets every event of every account as a webhook")
      ->check(http_url);
  app.add_option("--webhook-secret", settings.webhook_secret,
                 "What they are signed with; else it follows from the seed");
  app.add_flag("--webhook-chaos", settings.webhook_chaos,
               "Shuffles, duplicates and delays webhooks, as follows from the seed");
  const std::map<std::string, sandbox::AfterRetries> after = {
      {"cancel", sandbox::AfterRetries::cancel},
      {"unpaid", sandbox::AfterRetries::leave_unpaid},
      {"past_due", sandbox::AfterRetries::leave_past_due}};
  app.add_option("--after-retries", settings.after_retries,
                 "What a subscription becomes when the last retry of a charge has failed: cancel, "
                 "unpaid or past_due")
      ->transform(CLI::CheckedTransformer(after, CLI::ignore_case))
      ->default_str("cancel");
  app.set_version_flag("--version", "billing-sandbox " BILLING_VERSION);
  app.footer(footer);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_usage;
  }
  billing::SystemClock clock;
  auto host = billing::apps::SandboxHost::start(settings, clock);
  if (!host) {
    fmt::print(stderr, "billing-sandbox: {}\n", host.error().message);
    return billing::exit_code(host.error());
  }
  fmt::print("sandbox listening on {}\n", (*host)->url());
  fmt::print("inspector: {}/_sandbox/\n", (*host)->url());
  if (!settings.forward_to.empty()) {
    fmt::print("webhooks go to {}, signed with {}\n", settings.forward_to,
               (*host)->webhook_secret());
  }
  std::fflush(stdout);
  signals.wait();
  (*host)->stop();
  return 0;
}
