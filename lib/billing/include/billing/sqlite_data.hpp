// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/data.hpp>
#include <billing/result.hpp>

#include <memory>
#include <string>
#include <vector>

namespace billing {

using SqliteAccess = DataAccess;

/// Ledger, Store, WebhookInbox and FinalInvoiceStore in one SQLite file: WAL, full sync, one
/// connection behind a mutex. Leases are kept in memory, since only the owner delivers; after a
/// restart everything pending is due at once.
class SqliteData final : public Data {
 public:
  /// `corrupt` for a file that is not one of ours or has a newer schema than this program knows.
  /// `vfs` names the SQLite VFS that the file lies in, of a simulated machine whose only process
  /// this is; empty for this machine's disk.
  static Result<std::unique_ptr<SqliteData>> open(const std::string& path, SqliteAccess access,
                                                  const std::string& vfs = {});
  /// What opening it as an owner would apply; a file that isn't there needs all.
  static Result<std::vector<Migration>> due_migrations(const std::string& path);

  ~SqliteData() override;
  SqliteData(const SqliteData&) = delete;
  SqliteData& operator=(const SqliteData&) = delete;

  /// Copies all of it as it is at one moment into a file that isn't there yet, also while an owner
  /// goes on writing. When this returns the copy is on disk; after a failure there is none.
  Result<void> copy_to(const std::string& path);

  Ledger& ledger() override;
  Store& store() override;
  WebhookInbox& inbox() override;
  FinalInvoiceStore& final_invoices() override;
  bool shared() const override { return false; }

 private:
  class Parts;
  explicit SqliteData(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// The path in `sqlite:PATH`; `invalid` for anything else.
Result<std::string> sqlite_path(const std::string& database_url);

}  // namespace billing
