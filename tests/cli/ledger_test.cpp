// SPDX-License-Identifier: Apache-2.0
#include <billing/sqlite_data.hpp>

#include "program.hpp"
#include "support/postgres_server.hpp"

#include <doctest/doctest.h>

using billing::tests::Finished;
using billing::tests::json_of;
using billing::tests::PostgresServer;
using billing::tests::Program;

namespace {

void make_ledger(const Program& program) {
  const auto data =
      billing::SqliteData::open(program.path_of("billing.db"), billing::SqliteAccess::owner);
  REQUIRE(data);
  REQUIRE((*data)->store().reserve_user("ada@example.com", billing::IdempotencyKey("k")));
}

}  // namespace

TEST_CASE("a dry run says which versions would be applied, and makes nothing") {
  PostgresServer& server = PostgresServer::shared();
  Program program;
  const std::string schema = server.make_schema();
  for (const std::string& url : {std::string("sqlite:billing.db"), server.url(schema)}) {
    CAPTURE(url);
    program.environment = {"DATABASE_URL=" + url};
    const Finished dry = program.run({"ledger", "migrate", "--dry-run"});
    CHECK(dry.exit_status == 0);
    CHECK(dry.out.find("would apply version 1:") != std::string::npos);
    CHECK(program.run({"ledger", "migrate", "--dry-run"}).out == dry.out);
    const Finished asked = program.run({"ledger", "migrate", "--dry-run", "--json"});
    CHECK(json_of(asked.out).at("applied") == false);
    CHECK(json_of(asked.out).at("migrations").at(0).at("version") == 1);

    const Finished done = program.run({"ledger", "migrate"});
    CHECK(done.exit_status == 0);
    CHECK(done.out.find("applied version 1:") != std::string::npos);
    CHECK(program.run({"ledger", "migrate", "--dry-run"}).out == "Up to date: nothing to do.\n");
    const Finished listed = program.run({"usage", "list"});
    CHECK(listed.exit_status == 0);
    CHECK(listed.out == "No usage events.\n");
  }
}

TEST_CASE("a ledger is copied to PostgreSQL once, and told table by table") {
  PostgresServer& server = PostgresServer::shared();
  Program program;
  make_ledger(program);
  const std::string url = server.url(server.make_schema());
  const Finished copied = program.run({"ledger", "copy", "--to", url, "--json"});
  CHECK_MESSAGE(copied.exit_status == 0, copied.err);
  bool users = false;
  const auto whole = json_of(copied.out);
  for (const auto& each : whole.at("tables")) {
    users = users || (each.at("table") == "users" && each.at("rows") == 1);
  }
  CHECK(users);
  const Finished again = program.run({"ledger", "copy", "--to", url});
  CHECK(again.exit_status == 2);
  CHECK(again.err.find("rows already") != std::string::npos);
}

TEST_CASE("what can't be copied to or from is told, and no password is taken or shown") {
  Program program;
  const std::string target = "postgresql://ada@127.0.0.1:1/billing";
  CHECK(program.run({"ledger", "copy", "--to", target}).exit_status == 5);
  make_ledger(program);
  const Finished away = program.run({"ledger", "copy", "--to", target});
  CHECK(away.exit_status == 4);
  CHECK(away.err.find("127.0.0.1") != std::string::npos);
  CHECK(program.run({"ledger", "copy", "--to", "sqlite:other.db"}).exit_status == 2);
  CHECK(program.run({"ledger", "copy"}).exit_status == 2);
  const Finished refused =
      program.run({"ledger", "copy", "--to", "postgresql://ada:hunter2@127.0.0.1:1/billing"});
  CHECK(refused.exit_status == 2);
  CHECK(refused.err.find("PGPASSWORD") != std::string::npos);
  CHECK(refused.err.find("hunter2") == std::string::npos);
  program.environment = {"DATABASE_URL=postgresql://ada:hunter2@127.0.0.1:1/billing"};
  const std::vector<std::vector<std::string>> commands = {{"usage", "list"},
                                                          {"ledger", "migrate"},
                                                          {"webhooks", "list"},
                                                          {"ledger", "copy", "--to", target}};
  for (const std::vector<std::string>& command : commands) {
    const Finished finished = program.run(command);
    CHECK(finished.exit_status != 0);
    CHECK((finished.out + finished.err).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("each ledger command's help teaches its exit codes") {
  const Program program;
  for (const char* command : {"migrate", "copy"}) {
    const Finished help = program.run({"ledger", command, "--help"});
    CHECK(help.exit_status == 0);
    CHECK(help.out.find("Exit codes") != std::string::npos);
  }
}
