// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <doctest/doctest.h>

using billing::tests::Finished;
using billing::tests::json_of;
using billing::tests::Program;
using billing::tests::SandboxProcess;
using billing::tests::use_sandbox;
using billing::tests::writes_at;

namespace {

/// The actions of `--json`'s objects, in order.
std::vector<std::string> actions_in(const std::string& out) {
  std::vector<std::string> actions;
  const auto whole = json_of(out);
  for (const auto& each : whole.at("objects")) actions.push_back(each.at("action"));
  return actions;
}

std::size_t line_count(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("provision twice against one sandbox: the second run says unchanged and writes nothing") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  const Finished first = program.run({"provision"});
  CHECK(first.exit_status == 0);
  CHECK(first.err == "");
  CHECK(line_count(first.out) == 7);
  const std::size_t writes = writes_at(sandbox);
  CHECK(writes == 6);

  const Finished second = program.run({"provision"});
  CHECK(second.exit_status == 0);
  CHECK(line_count(second.out) == 7);
  std::size_t unchanged = 0;
  for (auto at = second.out.find("unchanged"); at != std::string::npos;
       at = second.out.find("unchanged", at + 1)) {
    ++unchanged;
  }
  CHECK(unchanged == 6);
  CHECK(writes_at(sandbox) == writes);
}

TEST_CASE("provision --json is what a program reads: object, id, key and action of each") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  const Finished made = program.run({"provision", "--json"});
  CHECK(made.exit_status == 0);
  CHECK(actions_in(made.out) == std::vector<std::string>(6, "created"));
  const auto object = json_of(made.out).at("objects").at(2);
  CHECK(object.at("object") == "price");
  CHECK(object.at("id").get<std::string>().starts_with("price_"));
  CHECK(object.at("key") == "devchat_paircode_ondemand_green-narwhal");
  CHECK(object.size() == 4);
  CHECK(actions_in(program.run({"provision", "--json"}).out) ==
        std::vector<std::string>(6, "unchanged"));
}

TEST_CASE("provision-price makes the on-demand price and its product, and no more") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  const Finished made = program.run({"provision-price", "--json"});
  CHECK(actions_in(made.out) == std::vector<std::string>(2, "created"));
  CHECK(writes_at(sandbox) == 2);
  CHECK(actions_in(program.run({"provision-price", "--json"}).out) ==
        std::vector<std::string>(2, "unchanged"));
  CHECK(writes_at(sandbox) == 2);
}

TEST_CASE("a dry run says what would be made and makes nothing") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  const Finished dry = program.run({"provision", "--dry-run", "--json"});
  CHECK(dry.exit_status == 0);
  CHECK(actions_in(dry.out) == std::vector<std::string>(6, "created"));
  CHECK(json_of(dry.out).at("objects").at(0).at("id").is_null());
  CHECK(program.run({"provision", "--dry-run"}).out.find("Dry run: nothing was written.") !=
        std::string::npos);
  CHECK(writes_at(sandbox) == 0);
}

TEST_CASE("offerings are the prices for sale, and what is not for sale is told on stderr") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  program.run({"provision-price"});
  const Finished one = program.run({"offerings", "--json"});
  CHECK(one.exit_status == 0);
  const auto offerings = json_of(one.out).at("offerings");
  REQUIRE(offerings.size() == 1);
  CHECK(offerings[0].at("role") == "on_demand");
  CHECK(offerings[0].at("unit_amount") == 8000);
  CHECK(one.err == "billing: not for sale at Stripe: monthly, workshop; try: billing provision\n");
  program.run({"provision"});
  const Finished all = program.run({"offerings"});
  CHECK(all.out.find("$60.00 a month") != std::string::npos);
  CHECK(all.err == "");
}

TEST_CASE("--api-base wins over the environment, and the environment over the .env file") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  program.write_file(".env",
                     "STRIPE_SECRET_KEY='sk_test_sandbox'\nexport CHALLENGE_ID=green\n"
                     "STRIPE_API_BASE=http://127.0.0.1:1\n");
  CHECK(program.run({"provision"}).exit_status == 4);
  CHECK(program.run({"provision", "--api-base", sandbox.url()}).exit_status == 0);
  program.environment = {"STRIPE_API_BASE=" + sandbox.url()};
  CHECK(actions_in(program.run({"provision", "--json"}).out) ==
        std::vector<std::string>(6, "unchanged"));
}
