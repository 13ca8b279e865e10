// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <doctest/doctest.h>

using billing::tests::Finished;
using billing::tests::Program;
using billing::tests::SandboxProcess;
using billing::tests::use_sandbox;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("help and version are answers, a wrong command line is 2") {
  const Program program;
  CHECK(program.run({"--help"}).exit_status == 0);
  CHECK(program.run({"provision", "--help"}).exit_status == 0);
  const Finished version = program.run({"--version"});
  CHECK(version.exit_status == 0);
  CHECK(version.out.starts_with("billing "));
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{},
                                                {"provison"},
                                                {"provision", "--wat"},
                                                {"provision", "more"},
                                                {"usage"},
                                                {"usage", "list", "--state", "lost"},
                                                {"usage", "list", "--limit", "0"},
                                                {"usage", "list", "--limit", "many"},
                                                {"usage", "list", "--customer", "../x"},
                                                {"webhooks"},
                                                {"webhooks", "list", "--state", "lost"},
                                                {"webhooks", "replay"},
                                                {"provision-price", "--webhook", "https://x/y"},
                                                {"provision", "--api-base"}}) {
    const Finished finished = program.run(wrong);
    CHECK(finished.exit_status == 2);
    CHECK(finished.out == "");
    CHECK_FALSE(finished.err.empty());
  }
}

TEST_CASE("a misspelt command is named, with the way to the right ones") {
  CHECK(Program().run({"provison"}).err ==
        "billing: there is no command \"provison\"; try: billing --help\n");
}

TEST_CASE("help fits 80 columns") {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"--help"},
                                                  {"provision", "--help"},
                                                  {"provision-price", "--help"},
                                                  {"offerings", "--help"},
                                                  {"usage", "--help"},
                                                  {"usage", "list", "--help"},
                                                  {"webhooks", "--help"},
                                                  {"webhooks", "list", "--help"},
                                                  {"webhooks", "replay", "--help"},
                                                  {"webhooks", "gaps", "--help"},
                                                  {"doctor", "--help"}}) {
    std::size_t column = 0;
    std::size_t widest = 0;
    for (const char c : Program().run(command).out) {
      column = c == '\n' ? 0 : column + 1;
      widest = std::max(widest, column);
    }
    CHECK(widest <= 80);
    CHECK(widest > 0);
  }
}

TEST_CASE("without a key one is told how to get one, and that the sandbox needs no account") {
  const Finished finished = Program().run({"provision"});
  CHECK(finished.exit_status == 2);
  CHECK(finished.err.starts_with("billing: STRIPE_SECRET_KEY is not set; try: "));
  CHECK(holds(finished.err, "billing-server --sandbox"));
  CHECK(holds(finished.err, "billing-sandbox"));
}

TEST_CASE("configuration that can't be used is 2") {
  Program program;
  program.environment = {"STRIPE_SECRET_KEY=sk_test_sandbox"};
  CHECK(program.run({"provision"}).exit_status == 2);
  program.environment.push_back("CHALLENGE_ID=Not A Word List");
  CHECK(program.run({"provision"}).exit_status == 2);
  CHECK(program.run({"provision", "--api-base", "http://example.com"}).exit_status == 2);
  program.environment = {"STRIPE_SECRET_KEY=sk_live_1", "CHALLENGE_ID=green"};
  const Finished live = program.run({"provision", "--api-base", "http://127.0.0.1:12111"});
  CHECK(live.exit_status == 2);
  CHECK_FALSE(holds(live.err, "sk_live_1"));
  const Program broken;
  broken.write_file(".env", "\nsk_test_secret\n");
  const Finished bad_file = broken.run({"provision"});
  CHECK(bad_file.exit_status == 2);
  CHECK(holds(bad_file.err, ".env:2 "));
  CHECK_FALSE(holds(bad_file.err, "secret"));
}

TEST_CASE("a refused key is 3 and is not shown") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  program.environment.front() = "STRIPE_SECRET_KEY=pk_test_publishable";
  const Finished finished = program.run({"provision"});
  CHECK(finished.exit_status == 3);
  CHECK(holds(finished.err, "Stripe refused the API key"));
  CHECK(holds(finished.err, "; try: "));
  CHECK_FALSE(holds(finished.err, "publishable"));
}

TEST_CASE("a Stripe that can't be reached is 4") {
  Program program;
  program.environment = {"STRIPE_SECRET_KEY=sk_test_sandbox", "CHALLENGE_ID=green",
                         "STRIPE_API_BASE=http://127.0.0.1:1"};
  const Finished finished = program.run({"offerings"});
  CHECK(finished.exit_status == 4);
  CHECK(holds(finished.err, "; try: "));
}
