// SPDX-License-Identifier: Apache-2.0
#include "cli/program.hpp"

#include <doctest/doctest.h>

using billing::tests::Finished;
using billing::tests::json_of;
using billing::tests::Program;

TEST_CASE("a story that holds ends with 0, and says how often what went wrong") {
  const Program program;
  const Finished told = program.run({"simulate", "--seed", "1", "--count", "3", "--days", "5"});
  CHECK(told.exit_status == 0);
  CHECK(told.out.find("3 stories of 5 days") != std::string::npos);
  CHECK(told.out.find("0 lost, 0 twice, 0 unexplained") != std::string::npos);
  const Finished json =
      program.run({"simulate", "--seed", "1", "--count", "3", "--days", "5", "--json"});
  CHECK(json.exit_status == 0);
  CHECK(json_of(json.out).at("stories") == 3);
  CHECK(json_of(json.out).at("failed").empty());
  CHECK(json_of(json.out).at("mishaps").contains("answer-lost-then-days-outage"));
}

TEST_CASE("a story that fails ends with 1, its seed, and the command that plays it again") {
  const Program program;
  const Finished told =
      program.run({"simulate", "--count", "200", "--days", "25", "--break", "own-second"});
  CHECK(told.exit_status == 1);
  CHECK(told.out.find("again: billing simulate --seed ") != std::string::npos);
  CHECK(told.out.find("--break own-second") != std::string::npos);
}

TEST_CASE("the safeguards are listed, one a line, and an unknown one is refused") {
  const Program program;
  const Finished list = program.run({"simulate", "--break", "list"});
  CHECK(list.exit_status == 0);
  CHECK(list.out ==
        "unique-key\ninsert-before-send\nset-and-key\nown-second\nfence\nsettle-before-forget\n"
        "read-the-object\nstore-the-id-first\none-final-invoice\n"
        "settle-at-close\nlease-per-item\n");
  const Finished refused = program.run({"simulate", "--break", "gravity"});
  CHECK(refused.exit_status == 2);
  CHECK(refused.err.find("billing simulate --break list") != std::string::npos);
}

TEST_CASE("more days than two years have are refused, and so is no story at all") {
  const Program program;
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"simulate", "--days", "731"},
        std::vector<std::string>{"simulate", "--days", "0"},
        std::vector<std::string>{"simulate", "--count", "0"},
        std::vector<std::string>{"simulate", "--seed", "-1"}}) {
    CAPTURE(wrong.back());
    const Finished refused = program.run(wrong);
    CHECK(refused.exit_status == 2);
    CHECK(refused.err.find("billing simulate --help") != std::string::npos);
  }
}
