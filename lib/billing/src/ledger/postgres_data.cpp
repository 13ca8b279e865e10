// SPDX-License-Identifier: Apache-2.0
#include <billing/entropy.hpp>
#include <billing/postgres_data.hpp>

#include "ledger/postgres_address.hpp"
#include "ledger/postgres_database.hpp"
#include "ledger/postgres_final_invoices.hpp"
#include "ledger/postgres_inbox.hpp"
#include "ledger/postgres_ledger.hpp"
#include "ledger/postgres_schema.hpp"
#include "ledger/postgres_store.hpp"

#include <fmt/format.h>

namespace billing {
namespace {

std::string worker_name() {
  SystemEntropy entropy;
  return fmt::format("{:016x}", entropy.next());
}

/// Whoever opens it is asked by a person.
Error with_remedy(Error error) {
  if (error.code == ErrorCode::unavailable) {
    error.message += "; try: check DATABASE_URL, and whether PostgreSQL runs there";
  }
  return error;
}

}  // namespace

/// A connection for each of what goes on at the same time.
class PostgresData::Parts {
 public:
  Parts(const postgres::Address& address, bool read_only, const Clock& clock)
      : writes(address, read_only),
        turns_(address, read_only),
        reads_(address, read_only),
        store_(address, read_only),
        ledger({.writes = writes, .turns = turns_, .reads = reads_}, clock),
        store(store_),
        inbox(store_),
        final_invoices(store_, worker_name()) {}

  postgres::Session writes;

 private:
  postgres::Session turns_;
  postgres::Session reads_;
  postgres::Session store_;

 public:
  postgres::PostgresLedger ledger;
  postgres::PostgresStore store;
  postgres::PostgresInbox inbox;
  postgres::PostgresFinalInvoices final_invoices;
};

PostgresData::PostgresData(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
PostgresData::~PostgresData() = default;
Ledger& PostgresData::ledger() {
  return parts_->ledger;
}
Store& PostgresData::store() {
  return parts_->store;
}
WebhookInbox& PostgresData::inbox() {
  return parts_->inbox;
}
FinalInvoiceStore& PostgresData::final_invoices() {
  return parts_->final_invoices;
}

Result<std::unique_ptr<PostgresData>> PostgresData::open(const std::string& url, DataAccess access,
                                                         const Clock& clock) {
  const Result<postgres::Address> address = postgres::parse_address(url);
  if (!address) return tl::unexpected(address.error());
  auto parts = std::make_unique<Parts>(*address, access == DataAccess::read_only, clock);
  const Result<void> ready = access == DataAccess::owner ? postgres::migrate(parts->writes)
                                                         : postgres::check_schema(parts->writes);
  if (!ready) return tl::unexpected(with_remedy(ready.error()));
  return std::unique_ptr<PostgresData>(new PostgresData(std::move(parts)));
}

Result<std::vector<Migration>> PostgresData::due_migrations(const std::string& url) {
  const Result<postgres::Address> address = postgres::parse_address(url);
  if (!address) return tl::unexpected(address.error());
  postgres::Session session(*address, /*read_only=*/true);
  return postgres::due_migrations(session);
}

Result<bool> has_postgres_password(const std::string& url) {
  const Result<postgres::Address> address = postgres::parse_address(url);
  if (!address) return tl::unexpected(address.error());
  return address->has_password;
}

}  // namespace billing
