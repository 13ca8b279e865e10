// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using billing::tests::Finished;
using billing::tests::json_of;
using billing::tests::Program;
using billing::tests::SandboxProcess;
using billing::tests::use_sandbox;
using billing::tests::writes_at;

namespace {

/// What the doctor found, `ok` by check.
std::map<std::string, bool> findings_of(const Finished& finished) {
  std::map<std::string, bool> findings;
  const auto whole = json_of(finished.out);
  for (const auto& each : whole.at("checks")) {
    findings[each.at("check")] = each.at("ok");
    CHECK(each.at("ok") == each.at("remedy").is_null());
  }
  return findings;
}

}  // namespace

TEST_CASE("the doctor finds a provisioned account in order and writes nothing") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  program.run({"provision"});
  const std::size_t writes = writes_at(sandbox);
  const Finished healthy = program.run({"doctor", "--json"});
  CHECK(healthy.exit_status == 0);
  CHECK(findings_of(healthy) == std::map<std::string, bool>{{"key", true},
                                                            {"stripe", true},
                                                            {"usage records", true},
                                                            {"catalog", true},
                                                            {"ledger", true}});
  CHECK(writes_at(sandbox) == writes);
}

TEST_CASE("the doctor names the remedy of what is missing, and exits with the worst") {
  const SandboxProcess sandbox(BILLING_SANDBOX_BINARY);
  Program program;
  use_sandbox(program, sandbox);
  const Finished unprovisioned = program.run({"doctor"});
  CHECK(unprovisioned.exit_status == 2);
  CHECK(unprovisioned.out.find("try: billing provision") != std::string::npos);

  program.environment.push_back("DATABASE_URL=sqlite:broken.db");
  program.write_file("broken.db", std::string(4096, 'x'));
  const Finished broken = program.run({"doctor", "--json"});
  CHECK(broken.exit_status == 5);
  CHECK_FALSE(findings_of(broken).at("ledger"));
}

TEST_CASE("the doctor stops asking Stripe where it can't be asked") {
  Program program;
  CHECK(findings_of(program.run({"doctor", "--json"})) ==
        std::map<std::string, bool>{{"key", false}, {"ledger", true}});
  program.environment = {"STRIPE_SECRET_KEY=sk_test_sandbox", "CHALLENGE_ID=green",
                         "STRIPE_API_BASE=http://127.0.0.1:1"};
  const Finished unreachable = program.run({"doctor", "--json"});
  CHECK(unreachable.exit_status == 4);
  CHECK(findings_of(unreachable) ==
        std::map<std::string, bool>{{"key", true}, {"stripe", false}, {"ledger", true}});
}
