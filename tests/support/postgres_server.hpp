// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/temporary_folder.hpp"

#include <sys/types.h>

#include <string>

namespace billing::tests {

/// A PostgreSQL of its own in a temporary folder, which listens on a socket there and nowhere else,
/// and ends with this process. It is as durable as a machine that doesn't lose power. Fails the
/// test if it won't start, and says what to install where it is missing.
class PostgresServer {
 public:
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// One for all tests of this process.
  static PostgresServer& shared();

  /// A new schema, as good as a database of one's own: the URL leads there.
  std::string make_schema();
  std::string url(const std::string& schema) const;

  /// As an administrator, wherever the statements say.
  void execute(const std::string& sql) const;
  /// The first column of the first row; empty if there is none.
  std::string ask(const std::string& sql) const;

  /// Kills the server without a warning, with all of its connections, …
  void kill();
  /// … and starts it again on what it left on disk.
  void start();

 private:
  std::string administrator_url() const;
  void wait_until_ready() const;

  TemporaryFolder folder_;
  std::string programs_;  ///< The folder of `postgres` and `initdb`.
  pid_t pid_ = -1;
  int schemas_ = 0;
};

}  // namespace billing::tests
