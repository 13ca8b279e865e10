// SPDX-License-Identifier: Apache-2.0
#include "support/postgres_server.hpp"

#include "support/child_process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <vector>

namespace billing::tests {
namespace {

/// PostgreSQL refuses to run as root; Debian's package brings a user for it.
constexpr const char* other_user = "postgres";

/// Of several versions the newest. Debian keeps them out of PATH.
std::string folder_of_programs() {
  std::filesystem::path newest;
  std::error_code ignored;
  for (const auto& each : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
    const std::filesystem::path folder = each.path() / "bin";
    if (std::filesystem::exists(folder / "initdb") && folder > newest) newest = folder;
  }
  REQUIRE_MESSAGE(!newest.empty(),
                  "PostgreSQL is missing: run scripts/setup test, or "
                  "apt-get install postgresql");
  return newest.string();
}

/// The command as somebody who isn't root, and to be ended with this process. It keeps its pid.
std::vector<std::string> confined(std::vector<std::string> command) {
  std::vector<std::string> all = {"/usr/bin/setpriv", "--pdeathsig", "INT"};
  if (geteuid() == 0) {
    for (const char* each : {"--reuid", other_user, "--regid", other_user, "--clear-groups"}) {
      all.emplace_back(each);
    }
  }
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

struct EndConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct EndResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, EndResult>;

Answer answer_to(const std::string& url, const std::string& sql) {
  const std::unique_ptr<PGconn, EndConnection> connection(PQconnectdb(url.c_str()));
  REQUIRE_MESSAGE(PQstatus(connection.get()) == CONNECTION_OK, PQerrorMessage(connection.get()));
  Answer answer(PQexec(connection.get(), sql.c_str()));
  const ExecStatusType status = PQresultStatus(answer.get());
  const bool well = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
  REQUIRE_MESSAGE(well, PQerrorMessage(connection.get()));
  return answer;
}

}  // namespace

PostgresServer::PostgresServer() : programs_(folder_of_programs()) {
  if (geteuid() == 0) {
    const passwd* user = getpwnam(other_user);
    REQUIRE_MESSAGE(user != nullptr, "there is no user postgres: apt-get install postgresql");
    REQUIRE(chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) == 0);
  }
  const std::string data = (folder_.path() / "data").string();
  const Finished made = run_program(
      confined({programs_ + "/initdb", "--pgdata", data, "--username", "billing", "--auth", "trust",
                "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"}),
      {}, folder_.path());
  REQUIRE_MESSAGE(made.exit_status == 0, made.err);
  start();
}

PostgresServer::~PostgresServer() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGQUIT);
  int status = 0;
  waitpid(pid_, &status, 0);
}

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

void PostgresServer::start() {
  const std::string folder = folder_.path().string();
  std::vector<std::string> command =
      confined({programs_ + "/postgres", "-D", folder + "/data", "-k", folder, "-c",
                "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200"});
  std::vector<char*> arguments;
  for (std::string& each : command) arguments.push_back(each.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const std::string log = folder + "/log";
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  char* no_environment[] = {nullptr};
  const int problem = posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(),
                                  static_cast<char**>(no_environment));
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE(problem == 0);
  wait_until_ready();
}

void PostgresServer::wait_until_ready() const {
  constexpr int looks_max = 2'000;
  for (int i = 0; i < looks_max; ++i) {
    if (PQping(administrator_url().c_str()) == PQPING_OK) return;
    int status = 0;
    REQUIRE_MESSAGE(waitpid(pid_, &status, WNOHANG) == 0, "PostgreSQL ended at once");
    poll(nullptr, 0, 10);
  }
  FAIL("PostgreSQL doesn't come up");
}

void PostgresServer::kill() {
  // What serves its connections would hear of the death a little later, and finish its statements.
  const std::string children = fmt::format("/proc/{}/task/{}/children", pid_, pid_);
  std::vector<pid_t> pids;
  if (std::FILE* file = std::fopen(children.c_str(), "r")) {
    for (int pid = 0; std::fscanf(file, "%d", &pid) == 1;) pids.push_back(pid);
    std::fclose(file);
  }
  ::kill(pid_, SIGKILL);
  for (const pid_t pid : pids) ::kill(pid, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  // A new one won't start while one of the old one's is there.
  for (const pid_t pid : pids) {
    while (::kill(pid, 0) == 0) poll(nullptr, 0, 5);
  }
  pid_ = -1;
}

std::string PostgresServer::administrator_url() const {
  return "postgresql://billing@/postgres?host=" + folder_.path().string();
}

std::string PostgresServer::url(const std::string& schema) const {
  // Functions of the schema go before the built-in ones of the same name.
  return administrator_url() + "&options=-csearch_path%3D" + schema + "%2Cpg_catalog";
}

std::string PostgresServer::make_schema() {
  std::string schema = fmt::format("test_{}", ++schemas_);
  execute("CREATE SCHEMA " + schema);
  return schema;
}

void PostgresServer::execute(const std::string& sql) const {
  answer_to(administrator_url(), sql);
}

std::string PostgresServer::ask(const std::string& sql) const {
  const Answer answer = answer_to(administrator_url(), sql);
  if (PQntuples(answer.get()) == 0) return {};
  return PQgetvalue(answer.get(), 0, 0);
}

}  // namespace billing::tests
