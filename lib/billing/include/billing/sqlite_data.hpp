// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/final_invoice_store.hpp>
#include <billing/ledger.hpp>
#include <billing/result.hpp>
#include <billing/store.hpp>
#include <billing/webhook_inbox.hpp>

#include <memory>
#include <string>

namespace billing {

/// Who else may have the file open.
enum class SqliteAccess {
  /// This process alone writes: a second one is refused while it lives (`conflict`). Creates the
  /// file,
  /// and brings an older schema up to date.
  owner,
  /// Beside an owner, with or without one; every write fails. The file has to exist.
  read_only,
  /// Likewise, but may write to the inbox: a write to anything else, of which the owner keeps part
  /// in memory, is `denied`. Owner and guest wait for each other's commits for a few seconds.
  guest,
};

/// Ledger, Store, WebhookInbox and FinalInvoiceStore in one SQLite file: WAL, full sync, one
/// connection behind a mutex. Leases are kept in memory, since only the owner delivers; after a
/// restart everything pending is due at once.
class SqliteData {
 public:
  /// `corrupt` for a file that is not one of ours or has a newer schema than this program knows.
  /// `vfs` names the SQLite VFS that the file lies in, of a simulated machine whose only process
  /// this is; empty for this machine's disk.
  static Result<std::unique_ptr<SqliteData>> open(const std::string& path, SqliteAccess access,
                                                  const std::string& vfs = {});
  ~SqliteData();
  SqliteData(const SqliteData&) = delete;
  SqliteData& operator=(const SqliteData&) = delete;

  Ledger& ledger();
  Store& store();
  WebhookInbox& inbox();
  FinalInvoiceStore& final_invoices();

 private:
  class Parts;
  explicit SqliteData(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// The path in `sqlite:PATH`; `invalid` for anything else.
Result<std::string> sqlite_path(const std::string& database_url);

}  // namespace billing
