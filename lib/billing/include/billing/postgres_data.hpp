// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <billing/clock.hpp>
#include <billing/data.hpp>
#include <billing/result.hpp>

#include <memory>
#include <string>
#include <vector>

namespace billing {

/// The data in a PostgreSQL database, which many servers share. Leases are rows with an end by the
/// database's clock and a fence that only grows. A few connections, each behind a mutex, which are
/// made anew when they broke: while the database is down calls fail as `unavailable`, and go on by
/// themselves when it is back.
class PostgresData final : public Data {
 public:
  /// `url` as libpq takes it: `postgresql://…`. `clock`, which must outlive it, serves to tell by
  /// this process's clock what the database tells by its own. `guest` may do what `owner` may, but
  /// neither creates nor migrates anything.
  static Result<std::unique_ptr<PostgresData>> open(const std::string& url, DataAccess access,
                                                    const Clock& clock);
  /// What opening it as an owner would apply.
  static Result<std::vector<Migration>> due_migrations(const std::string& url);

  ~PostgresData() override;
  PostgresData(const PostgresData&) = delete;
  PostgresData& operator=(const PostgresData&) = delete;

  Ledger& ledger() override;
  Store& store() override;
  WebhookInbox& inbox() override;
  FinalInvoiceStore& final_invoices() override;
  bool shared() const override { return true; }

 private:
  class Parts;
  explicit PostgresData(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Whether the URL itself holds a password; `invalid` if it is no PostgreSQL URL.
Result<bool> has_postgres_password(const std::string& url);

}  // namespace billing
