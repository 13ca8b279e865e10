// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/final_invoice_store.hpp>
#include <billing/ledger.hpp>
#include <billing/result.hpp>
#include <billing/store.hpp>
#include <billing/webhook_inbox.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace billing {

/// What a process may do with the data, and who else may have them open.
enum class DataAccess {
  /// All. Creates the tables, and brings an older schema up to date. Of an SQLite file there is one
  /// owner at a time (`conflict`), of a PostgreSQL database as many as there are servers.
  owner,
  /// Beside an owner, with or without one; every write is `denied`. The data have to exist.
  read_only,
  /// Likewise, but may write to the inbox. Of an SQLite file a write to anything else, of which the
  /// owner keeps part in memory, is `denied`; owner and guest wait for each other's commits for a
  /// few seconds.
  guest,
};

/// Everything that has to last: all of it in one place, so that one transaction can touch it all.
/// Thread-safe.
class Data {
 public:
  virtual ~Data() = default;
  virtual Ledger& ledger() = 0;
  virtual Store& store() = 0;
  virtual WebhookInbox& inbox() = 0;
  virtual FinalInvoiceStore& final_invoices() = 0;
  /// Whether other servers may write to it at any time. If so, nothing that was read of it may be
  /// kept in memory as if it were still true.
  virtual bool shared() const = 0;
};

/// A version of the schema, and what came with it, for people.
struct Migration {
  std::int64_t version = 0;
  std::string brings;
};

/// Opens what `database_url` names, `sqlite:PATH` or `postgresql://…`. `clock` must outlive it.
/// `corrupt` for data that are not ours or have a newer schema than this program knows. No error
/// tells a password.
Result<std::unique_ptr<Data>> open_data(const std::string& database_url, DataAccess access,
                                        const Clock& clock);

/// What an owner would apply on opening it, oldest first; changes nothing.
Result<std::vector<Migration>> due_migrations(const std::string& database_url);

/// `invalid` for a URL of neither kind.
Result<void> check_database_url(const std::string& database_url);

/// The URL as it may be told: without a password, and without parameters.
std::string shown_database_url(const std::string& database_url);

}  // namespace billing
