// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/result.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace billing::sqlite {

class Database;

/// One run of a prepared statement: bind in order, step, read by column. Resets the statement when
/// it goes, so that it can be kept prepared. Errors stay in the run: once one has happened, the
/// rest does nothing and `step` says it.
class Run {
 public:
  Run(Database& database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  ~Run() {
    if (statement_ != nullptr) sqlite3_reset(statement_);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Run& bind(std::int64_t value);
  Run& bind(std::string_view value);
  /// As `bind` without a copy: the bytes have to stay until the run is over.
  Run& bind_borrowed(std::string_view value);
  Run& bind_null();
  Run& bind(std::optional<std::int64_t> value);

  /// True if there is a row to read.
  Result<bool> step();
  /// For statements without rows.
  Result<void> finish();

  std::int64_t integer(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;
  std::string text(int column) const;
  /// A number as it is written; none of NULL.
  std::optional<std::string> maybe_text(int column) const;

 private:
  Run& bind_text(std::string_view value, sqlite3_destructor_type destructor);

  Database& database_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
  int status_ = SQLITE_OK;
};

/// A connection and its prepared statements. Not thread-safe: its owner holds a mutex.
class Database {
 public:
  /// `vfs` is empty for SQLite's own.
  static Result<std::unique_ptr<Database>> open(const std::string& path, int flags,
                                                const std::string& vfs);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs statements without parameters or rows.
  Result<void> execute(const char* sql);
  /// `sql` has to be a literal: its address is what the prepared statement is kept under.
  Run run(const char* sql);
  /// Writes all of it, as it is at one moment, to a new file that needs no log beside it.
  Result<void> copy_to(const std::string& path);
  /// From now on whatever would change another table, or the schema, is `denied`. `table` has to be
  /// a literal.
  void write_only_to(const char* table);
  /// The row that the last insert made, or 0 if it made none.
  std::int64_t inserted_row() const;
  /// What SQLite last complained of, as an Error that says what was being done.
  Error error(int status) const;

 private:
  friend class Run;
  Result<void> copy_into(Database& other);
  explicit Database(sqlite3* connection) : connection_(connection) {}

  sqlite3* connection_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

/// BEGIN IMMEDIATE … COMMIT; rolls back unless committed. A COMMIT whose outcome can't be told is
/// `outcome_unknown`.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  ~Transaction();
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;

  Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace billing::sqlite
