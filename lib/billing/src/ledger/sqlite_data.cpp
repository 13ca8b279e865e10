// SPDX-License-Identifier: Apache-2.0
#include <billing/sqlite_data.hpp>

#include "ledger/file_lock.hpp"
#include "ledger/item_seconds.hpp"
#include "ledger/sqlite_database.hpp"
#include "ledger/sqlite_final_invoices.hpp"
#include "ledger/sqlite_inbox.hpp"
#include "ledger/sqlite_ledger.hpp"
#include "ledger/sqlite_schema.hpp"
#include "ledger/sqlite_store.hpp"

#include <filesystem>
#include <mutex>
#include <string_view>

namespace billing {
namespace {

// WAL lets a reader in beside the owner; FULL syncs the log at each commit, so that what was
// answered survives a power cut. A checkpoint writes each page back once, however often it changed:
// four times as many pages a checkpoint as by default, which is a log of 16 MB.
constexpr const char* owner_settings = R"sql(
  PRAGMA temp_store = MEMORY;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA wal_autocheckpoint = 4000;
)sql";

// Checkpoints are the owner's.
constexpr const char* guest_settings = R"sql(
  PRAGMA temp_store = MEMORY;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 0;
)sql";

// Where nobody else can have the file open there need be no memory to share with them.
constexpr const char* alone = "PRAGMA locking_mode = EXCLUSIVE";

int open_flags(SqliteAccess access) {
  switch (access) {
    case SqliteAccess::owner: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case SqliteAccess::read_only: return SQLITE_OPEN_READONLY;
    case SqliteAccess::guest: return SQLITE_OPEN_READWRITE;
  }
  return SQLITE_OPEN_READONLY;
}

}  // namespace

class SqliteData::Parts {
 public:
  Parts(FileLock lock, std::unique_ptr<sqlite::Database> database)
      : lock_(std::move(lock)),
        database_(std::move(database)),
        ledger(*database_, seconds_, mutex_),
        store(*database_, seconds_, mutex_),
        inbox(*database_, mutex_),
        final_invoices(*database_, mutex_) {}

  Result<void> copy_to(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return database_->copy_to(path);
  }

 private:
  FileLock lock_;  // First, so that it is let go last.
  std::unique_ptr<sqlite::Database> database_;
  KnownSeconds seconds_;
  std::mutex mutex_;

 public:
  sqlite::SqliteLedger ledger;
  sqlite::SqliteStore store;
  sqlite::SqliteInbox inbox;
  sqlite::SqliteFinalInvoices final_invoices;
};

SqliteData::SqliteData(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SqliteData::~SqliteData() = default;
Ledger& SqliteData::ledger() {
  return parts_->ledger;
}
Store& SqliteData::store() {
  return parts_->store;
}
WebhookInbox& SqliteData::inbox() {
  return parts_->inbox;
}
FinalInvoiceStore& SqliteData::final_invoices() {
  return parts_->final_invoices;
}

Result<void> SqliteData::copy_to(const std::string& path) {
  return parts_->copy_to(path);
}

Result<std::unique_ptr<SqliteData>> SqliteData::open(const std::string& path, SqliteAccess access,
                                                     const std::string& vfs) {
  const bool owner = access == SqliteAccess::owner;
  FileLock lock;
  if (owner && vfs.empty()) {
    Result<FileLock> taken = FileLock::take(path);
    if (!taken) return failure(std::move(taken));
    lock = std::move(*taken);
  }
  Result<std::unique_ptr<sqlite::Database>> database =
      sqlite::Database::open(path, open_flags(access), vfs);
  if (!database) return failure(std::move(database));
  if (!vfs.empty()) {
    if (auto set = (*database)->execute(alone); !set) return failure(std::move(set));
  }
  if (owner) {
    if (auto set = (*database)->execute(owner_settings); !set) return failure(std::move(set));
    if (auto migrated = sqlite::migrate(**database); !migrated) return failure(std::move(migrated));
  } else if (auto checked = sqlite::check_schema(**database); !checked) {
    return failure(std::move(checked));
  }
  if (access == SqliteAccess::guest) {
    if (auto set = (*database)->execute(guest_settings); !set) return failure(std::move(set));
    (*database)->write_only_to(sqlite::inbox_table);
  }
  auto parts = std::make_unique<Parts>(std::move(lock), std::move(*database));
  if (owner) {
    if (auto resumed = parts->ledger.resume(); !resumed) return failure(std::move(resumed));
  }
  return std::unique_ptr<SqliteData>(new SqliteData(std::move(parts)));
}

Result<std::vector<Migration>> SqliteData::due_migrations(const std::string& path) {
  // One in memory is as empty as a file that isn't there, which this must not make.
  const bool there = std::filesystem::exists(path);
  auto database = sqlite::Database::open(
      there ? path : ":memory:", there ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE, {});
  if (!database) return failure(std::move(database));
  return sqlite::due_migrations(**database);
}

Result<std::string> sqlite_path(const std::string& database_url) {
  constexpr std::string_view scheme = "sqlite:";
  if (!database_url.starts_with(scheme) || database_url.size() == scheme.size()) {
    return failure(ErrorCode::invalid,
                   "DATABASE_URL has to be sqlite:PATH, such as sqlite:billing.db");
  }
  return database_url.substr(scheme.size());
}

}  // namespace billing
