// SPDX-License-Identifier: Apache-2.0
// The command line of billing-server, as far as it ends before anything is served.
#include "support/child_process.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

using billing::tests::Finished;
using billing::tests::run_program;
using billing::tests::TemporaryFolder;

namespace {

Finished run_server(std::vector<std::string> arguments) {
  const TemporaryFolder folder;
  arguments.insert(arguments.begin(), BILLING_SERVER_BINARY);
  // A server that gets past its command line must not start: it ends with 2 for its host.
  return run_program(arguments,
                     {"STRIPE_SECRET_KEY=sk_test_1", "CHALLENGE_ID=green-narwhal", "HOST=0.0.0.0"},
                     folder.path());
}

}  // namespace

TEST_CASE("the server's help names the rate of its calls to Stripe, and what 0 means") {
  const Finished help = run_server({"--help"});
  CHECK(help.exit_status == 0);
  CHECK(help.err.empty());
  const auto option = help.out.find("--stripe-rate");
  REQUIRE(option != std::string::npos);
  const std::string rest = help.out.substr(option);
  CHECK(rest.find("0 for no limit") != std::string::npos);
  CHECK(rest.find("80 with a live key") != std::string::npos);
}

TEST_CASE("a rate of calls that is none is refused with 2, and the option named") {
  for (const std::string rate :
       {"-1", "-0.5", "many", "10001", "1e9", "inf", "nan", "1e-300", "", "5x", "0.01"}) {
    CAPTURE(rate);
    const Finished finished = run_server({"--stripe-rate", rate});
    CHECK(finished.exit_status == 2);
    CHECK(finished.out.empty());
    CHECK(finished.err.find("--stripe-rate") != std::string::npos);
  }
}

TEST_CASE("a rate of calls, and 0 for none, gets past the command line") {
  for (const std::string rate : {"0", "0.1", "20", "10000"}) {
    CAPTURE(rate);
    const Finished finished = run_server({"--stripe-rate", rate});
    CHECK(finished.err.find("--stripe-rate") == std::string::npos);
    CHECK(finished.err.find("HOST") != std::string::npos);
  }
}
