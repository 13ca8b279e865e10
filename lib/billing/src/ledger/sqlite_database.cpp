// SPDX-License-Identifier: Apache-2.0
#include "ledger/sqlite_database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace billing::sqlite {
namespace {

/// A reader beside the owner can make a checkpoint wait, and a guest's commit a commit; nothing
/// else contends.
constexpr int busy_timeout_ms = 5'000;

ErrorCode code_of_status(int status) {
  switch (status & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA: return ErrorCode::corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return ErrorCode::unavailable;
    case SQLITE_AUTH:
    case SQLITE_READONLY:
    case SQLITE_PERM: return ErrorCode::denied;
    default: return ErrorCode::internal;
  }
}

/// `details` are of the action: of a change, the table.
int let_change_only(void* table, int action, const char* details, const char* /*more*/,
                    const char* /*database*/, const char* /*trigger*/) {
  switch (action) {
    case SQLITE_READ:
    case SQLITE_SELECT:
    case SQLITE_FUNCTION:
    case SQLITE_TRANSACTION: return SQLITE_OK;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
      return std::string_view(details) == static_cast<const char*>(table) ? SQLITE_OK : SQLITE_DENY;
    default: return SQLITE_DENY;
  }
}

}  // namespace

Run& Run::bind(std::int64_t value) {
  if (status_ == SQLITE_OK) status_ = sqlite3_bind_int64(statement_, ++bound_, value);
  return *this;
}

Run& Run::bind(std::string_view value) {
  return bind_text(value, SQLITE_TRANSIENT);
}

Run& Run::bind_borrowed(std::string_view value) {
  return bind_text(value, SQLITE_STATIC);
}

Run& Run::bind_text(std::string_view value, sqlite3_destructor_type destructor) {
  if (status_ == SQLITE_OK) {
    // An empty view may have no address, which SQLite would take for NULL.
    const char* const bytes = value.empty() ? "" : value.data();
    status_ =
        sqlite3_bind_text64(statement_, ++bound_, bytes, value.size(), destructor, SQLITE_UTF8);
  }
  return *this;
}

Run& Run::bind_null() {
  if (status_ == SQLITE_OK) status_ = sqlite3_bind_null(statement_, ++bound_);
  return *this;
}

Run& Run::bind(std::optional<std::int64_t> value) {
  return value ? bind(*value) : bind_null();
}

Result<bool> Run::step() {
  if (statement_ == nullptr) {
    return tl::unexpected(database_.error(sqlite3_errcode(database_.connection_)));
  }
  if (status_ != SQLITE_OK) return tl::unexpected(database_.error(status_));
  const int status = sqlite3_step(statement_);
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return tl::unexpected(database_.error(status));
}

Result<void> Run::finish() {
  const Result<bool> row = step();
  if (!row) return tl::unexpected(row.error());
  require(!*row);
  return {};
}

std::int64_t Run::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::optional<std::int64_t> Run::optional_integer(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

std::string Run::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}

std::optional<std::string> Run::maybe_text(int column) const {
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_NULL: return std::nullopt;
    case SQLITE_INTEGER: return std::to_string(integer(column));
    default: return text(column);
  }
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, int flags,
                                                 const std::string& vfs) {
  // Counting its memory costs SQLite a common mutex at each allocation. Refused, and without harm,
  // where somebody has used SQLite in this process before.
  [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* connection = nullptr;
  const int status = sqlite3_open_v2(path.c_str(), &connection, flags | SQLITE_OPEN_NOMUTEX,
                                     vfs.empty() ? nullptr : vfs.c_str());
  std::unique_ptr<Database> database(new Database(connection));
  if (status != SQLITE_OK) {
    return failure(code_of_status(status),
                   fmt::format("open {}: {}", path, sqlite3_errstr(status)));
  }
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_timeout(connection, busy_timeout_ms);
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(connection_);
}

Result<void> Database::execute(const char* sql) {
  const int status = sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return tl::unexpected(error(status));
  return {};
}

Run Database::run(const char* sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr) {
    // On failure the statement stays null and the run says why.
    sqlite3_prepare_v3(connection_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  }
  return Run(*this, statement);
}

Result<void> Database::copy_to(const std::string& path) {
  // Made by this call or by nobody: a file that was there would be overwritten.
  const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0) {
    return failure(errno == EEXIST ? ErrorCode::invalid : ErrorCode::unavailable,
                   fmt::format("make {}: {}", path, std::strerror(errno)));
  }
  ::close(made);
  auto opened = open(path, SQLITE_OPEN_READWRITE, {});
  if (!opened) return failure(std::move(opened));
  Result<void> copied = copy_into(**opened);
  // As a file of its own, whatever the pages say of a log.
  if (copied) copied = (*opened)->execute("PRAGMA journal_mode = DELETE");
  if (copied) return copied;
  opened->reset();
  ::unlink(path.c_str());
  return copied;
}

/// In one step, which is one snapshot: beside a log, reading stops no writer.
Result<void> Database::copy_into(Database& other) {
  sqlite3_backup* const backup =
      sqlite3_backup_init(other.connection_, "main", connection_, "main");
  if (backup == nullptr) return tl::unexpected(other.error(sqlite3_errcode(other.connection_)));
  const int status = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (status == SQLITE_DONE) return {};
  return failure(code_of_status(status),
                 fmt::format("copy the data file: {}", sqlite3_errstr(status)));
}

void Database::write_only_to(const char* table) {
  sqlite3_set_authorizer(connection_, let_change_only, const_cast<char*>(table));
}

std::int64_t Database::inserted_row() const {
  return sqlite3_changes64(connection_) == 0 ? 0 : sqlite3_last_insert_rowid(connection_);
}

Error Database::error(int status) const {
  return Error{.code = code_of_status(status),
               .message = fmt::format("data file: {} ({})", sqlite3_errmsg(connection_),
                                      sqlite3_errstr(status))};
}

Result<Transaction> Transaction::begin(Database& database) {
  // IMMEDIATE: a transaction that reads first and writes later must not fail at the upgrade.
  if (auto begun = database.run("BEGIN IMMEDIATE").finish(); !begun)
    return failure(std::move(begun));
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept : database_(other.database_) {
  other.database_ = nullptr;
}

Transaction::~Transaction() {
  if (database_ != nullptr) static_cast<void>(database_->run("ROLLBACK").finish());
}

Result<void> Transaction::commit() {
  auto committed = database_->run("COMMIT").finish();
  if (!committed) {
    Error error = std::move(committed.error());
    // Its frames may have reached the disk before the error: whoever asks has to read the key.
    error.code = ErrorCode::outcome_unknown;
    return tl::unexpected(std::move(error));  // The destructor rolls back what can be rolled back.
  }
  database_ = nullptr;
  return {};
}

}  // namespace billing::sqlite
